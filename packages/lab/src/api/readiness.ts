import type { Cache } from './cache.ts';
import type { Store } from './store/store.ts';

const REUSE_MS = 200;

/** Why a replica cannot take traffic; nothing when it can. */
export type Reasons = readonly string[];

/** What it says of itself; that it leaves, it says in any case. */
export type Says = 'the truth' | 'always ready' | 'never ready' | 'never ready again';

/** Whether the database accepts writes and the cache answers. Asks both at most every 200 ms. */
export class Readiness {
  readonly #store: Store;
  readonly #cache: Cache;
  readonly #now: () => number;
  #checking: Promise<Reasons> | undefined;
  #last: { readonly at: number; readonly reasons: Reasons } | undefined;
  #leaving = false;
  #wasReady = false;
  #hasLostDatabase = false;
  readonly #says: Says;

  constructor(store: Store, cache: Cache, now: () => number, says: Says) {
    this.#says = says;
    this.#store = store;
    this.#cache = cache;
    this.#now = now;
  }

  /** From now on not ready, so that the load balancer looks elsewhere. */
  leave(): void {
    this.#leaving = true;
  }

  async reasons(): Promise<Reasons> {
    if (this.#leaving) return ['shutting down'];
    if (this.#says === 'always ready') return [];
    if (this.#says === 'never ready') return ['still starting'];
    if (this.#last !== undefined && this.#now() - this.#last.at < REUSE_MS) return this.#last.reasons;
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #check(): Promise<Reasons> {
    const [cache] = await Promise.all([this.#cache.answers(), this.#store.look()]);
    const database = this.#store.writer !== undefined;
    if (this.#says === 'never ready again' && this.#wasReady && !database) this.#hasLostDatabase = true;
    const reasons = [
      ...(!database || this.#hasLostDatabase ? ['database: no node accepts writes'] : []),
      ...(cache ? [] : ['cache: no answer']),
    ];
    if (reasons.length === 0) this.#wasReady = true;
    this.#last = { at: this.#now(), reasons };
    return reasons;
  }
}
