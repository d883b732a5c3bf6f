import { Redis } from 'ioredis';

const ANSWER_WITHIN_MS = 300;

/**
 * The region's cache. What it cannot do it leaves out: callers go on with the database, and only readiness
 * tells that it is gone. Entries of the other region's cache are not invalidated: they live for their TTL.
 */
export class Cache {
  readonly #redis: Redis;
  readonly #onError: () => void;

  constructor(url: string, onError: () => void) {
    this.#onError = onError;
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_WITHIN_MS,
      connectTimeout: ANSWER_WITHIN_MS,
      retryStrategy: () => 100,
    });
    // Without it the replica would die together with the cache.
    this.#redis.on('error', () => undefined);
  }

  async answers(): Promise<boolean> {
    try {
      return (await this.#redis.ping()) === 'PONG';
    } catch {
      return false;
    }
  }

  /** Undefined when it is not there, or the cache is not. */
  async get<Value>(key: string): Promise<Value | undefined> {
    const text = await this.#try(this.#redis.get(key));
    return text === undefined || text === null ? undefined : (JSON.parse(text) as Value);
  }

  async set(key: string, value: unknown, ttlMs: number): Promise<void> {
    await this.#try(this.#redis.set(key, JSON.stringify(value), 'PX', ttlMs));
  }

  async forget(key: string): Promise<void> {
    await this.#try(this.#redis.del(key));
  }

  /** What a script answers about a key; undefined when the cache does not answer. */
  async evaluate(script: string, key: string, ...args: readonly string[]): Promise<unknown> {
    return this.#try(this.#redis.eval(script, 1, key, ...args));
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #try<Value>(command: Promise<Value>): Promise<Value | undefined> {
    try {
      return await command;
    } catch {
      this.#onError();
      return undefined;
    }
  }
}
