import type { Clock } from '@ordeal/shared/time/clock';
import type { Book } from './book.ts';
import type { LedgerProgress } from './ledger-protocol.ts';
import type { LedgerStore } from './stores/store.ts';
import type { WriteKey } from './writes.ts';

export interface LedgerWriter {
  progress(): LedgerProgress;
  /** Resolves when every outcome is known and on disk. */
  stop(): Promise<void>;
}

/** Enough for the rate as long as a request takes under 100 ms. */
export function workersFor(rate: number, writesPerRequest: number): number {
  return Math.min(64, Math.max(2, Math.ceil(rate / writesPerRequest / 10)));
}

const [leastMs, usualMs, mostMs] = [5, 10, 20];

/**
 * Between two looks at who is due, in milliseconds. What comes in meanwhile goes to disk in one write: wakings and
 * writes are what bookkeeping costs, whatever is in them. But a worker that is through waits for the next look, and has
 * to be back for its own next write.
 */
function lookEveryMs(periodMs: number, workers: number): number {
  return Math.min(mostMs, Math.max(leastMs, periodMs / workers, Math.min(usualMs, periodMs / 2)));
}

interface Worker {
  readonly number: number;
  sequence: number;
  /** Monotonic ms. */
  due: number;
  busy: boolean;
}

/** The writes that a worker sends together. */
interface Request {
  readonly worker: Worker;
  readonly keys: readonly WriteKey[];
}

/**
 * Starts the workers. Each writes one request after the other, so that its sequence has a meaning. A tick that comes
 * while a worker still waits is left out.
 */
export function startWriter(
  store: LedgerStore,
  book: Pick<Book, 'intents' | 'outcome' | 'commit'>,
  settings: { readonly rate: number; readonly workers: number },
  clock: Clock,
  onTrouble: (reason: string) => void,
): LedgerWriter {
  const { writesPerRequest } = store;
  const periodMs = (1000 * settings.workers * writesPerRequest) / settings.rate;
  const begun = clock.now();
  const workers = Array.from({ length: settings.workers }, (_, number): Worker => {
    return { number, sequence: 0, due: begun + (number * periodMs) / settings.workers, busy: false };
  });
  const underWay = new Set<Promise<void>>();
  let progress: LedgerProgress = { first: null, last: null, acknowledged: 0 };
  let fresh = nothing();

  const begin = (worker: Worker, now: number): Request => {
    worker.busy = true;
    worker.due += periodMs * Math.max(1, Math.ceil((now - worker.due) / periodMs));
    const keys: WriteKey[] = [];
    for (let i = 0; i < writesPerRequest; i += 1) {
      keys.push({ worker: worker.number, sequence: worker.sequence });
      worker.sequence += 1;
    }
    return { worker, keys };
  };

  const send = async ({ worker, keys }: Request): Promise<void> => {
    const written = await store.write(keys);
    if (written.trouble !== undefined) onTrouble(`the ledger could not send: ${written.trouble}`);
    book.outcome(keys, written);
    worker.busy = false;
    if (written.outcome !== 'ok') return;
    const { completed } = written;
    fresh.first = Math.min(fresh.first, completed);
    fresh.last = Math.max(fresh.last, completed);
    fresh.acknowledged += keys.length;
  };

  /** Puts down what came in since the last time; progress counts what is on disk. */
  const commit = async (): Promise<void> => {
    const { first, last, acknowledged } = fresh;
    fresh = nothing();
    await book.commit();
    if (acknowledged === 0) return;
    progress = {
      first: Math.min(progress.first ?? Infinity, first),
      last: Math.max(progress.last ?? -Infinity, last),
      acknowledged: progress.acknowledged + acknowledged,
    };
  };

  const round = async (requests: readonly Request[]): Promise<void> => {
    await commit();
    await Promise.all(requests.map(send));
  };

  const timer = setInterval(
    () => {
      const now = clock.now();
      const due = workers.filter((worker) => !worker.busy && worker.due <= now);
      const requests = due.map((worker) => begin(worker, now));
      if (requests.length > 0) {
        book.intents(
          requests.map(({ keys }) => keys),
          now,
        );
      }
      const one = round(requests).finally(() => underWay.delete(one));
      underWay.add(one);
    },
    lookEveryMs(periodMs, settings.workers),
  );

  return {
    progress: () => progress,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
      await commit();
      store.closeAll();
    },
  };
}

/** What was acknowledged and is not on disk yet. */
function nothing(): { first: number; last: number; acknowledged: number } {
  return { first: Infinity, last: -Infinity, acknowledged: 0 };
}
