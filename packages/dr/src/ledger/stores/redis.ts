import type { RedisLedger } from '@ordeal/shared/platform/ledger-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';
import { openRedis, type RedisConnection } from '../../drivers/redis/connection.ts';
import { RedisError, type Reply } from '../../drivers/redis/protocol.ts';
import { failureOf, timedOut } from '../../observers/failure.ts';
import { firstWord } from '../../observers/first-word.ts';
import type { LedgerConfig } from '../ledger-protocol.ts';
import { payloadOf } from '../payload.ts';
import { idOf, keyOf, type Found, type WriteKey, type Written } from '../writes.ts';
import type { LedgerStore } from './store.ts';

const entriesAPage = 1000;
/** How long a write waits for replicas, where it is to. */
const replicaWaitShare = 0.8;

interface Line {
  readonly redis: RedisConnection;
  readonly ready: Promise<void>;
}

export function streamKey(spec: RedisLedger, collection: string): string {
  return `${spec.prefix ?? 'ordeal:ledger:'}${collection}`;
}

/** Straight into Redis: an entry a write, in one stream, where copies of an entry show. */
export function redisStore(config: LedgerConfig, spec: RedisLedger, clock: Clock): LedgerStore {
  const lines = new Map<number, Line>();
  const key = streamKey(spec, config.collection);
  const wanted = spec.replicas ?? 0;
  const waitMs = Math.floor(config.writeTimeoutMs * replicaWaitShare);

  const lineOf = (worker: number): Line => {
    const kept = lines.get(worker);
    if (kept !== undefined && !kept.redis.isClosed()) return kept;
    const redis = openRedis(spec.url);
    const line = { redis, ready: redis.authenticate() };
    line.ready.catch(() => undefined);
    lines.set(worker, line);
    return line;
  };

  /** Rejects with the reason; resolves with what is missing, in words, or with nothing. */
  const add = async (line: Line, write: WriteKey, stated: () => void): Promise<string | undefined> => {
    await line.ready;
    const id = idOf(config.collection, write);
    stated();
    const added = line.redis.command('XADD', key, '*', 'id', id, 'payload', payloadOf(id));
    if (wanted === 0) {
      await added;
      return undefined;
    }
    // The entry is there once it was added, whatever becomes of the wait: a refusal of that refuses no write.
    const waited = line.redis.command('WAIT', String(wanted), String(waitMs)).catch((error: unknown) => {
      if (error instanceof RedisError) return error;
      throw error;
    });
    waited.catch(() => undefined);
    await added;
    const reached = await waited;
    if (reached instanceof RedisError) return `replicas unknown ${wordOf(reached)}`;
    return typeof reached === 'number' && reached >= wanted
      ? undefined
      : `${String(reached)} of ${wanted} replicas`;
  };

  const write = async ([one = { worker: 0, sequence: 0 }]: readonly WriteKey[]): Promise<Written> => {
    const line = lineOf(one.worker);
    const sent = clock.now();
    let wasStated = false;
    const written = await firstWord<Omit<Written, 'sent'>>(
      config.writeTimeoutMs,
      () => ({
        completed: clock.now(),
        outcome: wasStated ? 'info' : 'fail',
        detail: timedOut(config.writeTimeoutMs).error,
      }),
      (say) =>
        void add(line, one, () => (wasStated = true)).then(
          (missing) =>
            say({
              completed: clock.now(),
              outcome: missing === undefined ? 'ok' : 'info',
              detail: missing ?? 'added',
            }),
          (error: unknown) => {
            const completed = clock.now();
            if (error instanceof RedisError) {
              say({ completed, outcome: 'fail', detail: `rejected ${wordOf(error)}` });
              return;
            }
            const { error: kind, detail } = failureOf(error);
            const trouble = kind === 'observer' ? { trouble: detail } : {};
            // A connection that closes before it was ready carried nothing of the write.
            say({ completed, outcome: wasStated ? 'info' : 'fail', detail: kind, ...trouble });
          },
        ),
    );
    if (written.outcome !== 'ok') {
      lines.delete(one.worker);
      line.redis.close();
    }
    return { sent, ...written };
  };

  return {
    writesPerRequest: 1,
    prepare: async () => undefined,
    write,
    read: async (deadline, take) => {
      const redis = openRedis(spec.url);
      try {
        await within(
          clock,
          Math.max(0, deadline - clock.now()),
          'Reading the stream',
          undefined,
          async () => {
            await redis.authenticate();
            for (let from = '-'; ;) {
              const page = await redis.command('XRANGE', key, from, '+', 'COUNT', String(entriesAPage));
              const entries = Array.isArray(page) ? (page as readonly Reply[]) : [];
              if (entries.length === 0) return;
              await take(entries.map((entry) => foundIn(entry, config.collection)));
              from = `(${String((entries.at(-1) as readonly Reply[])[0])}`;
            }
          },
        );
      } finally {
        redis.close();
      }
    },
    closeAll: () => {
      for (const { redis } of lines.values()) redis.close();
      lines.clear();
    },
  };
}

/** The first word of an error, which names its kind. */
function wordOf({ message }: RedisError): string {
  return message.split(' ')[0] ?? '';
}

/** `[entry id, [field, value, …]]` */
function foundIn(entry: Reply, collection: string): Found {
  const [entryId, fields] = entry as readonly [string, readonly Reply[]];
  const value = (name: string): Reply | undefined => {
    const at = fields.indexOf(name);
    return at < 0 ? undefined : fields[at + 1];
  };
  const id = value('id');
  const key = typeof id === 'string' ? keyOf(collection, id) : null;
  if (key === null) return { key, id: typeof id === 'string' ? id : entryId };
  return { key, corrupt: value('payload') !== payloadOf(String(id)) };
}
