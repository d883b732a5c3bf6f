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

/** Who is due is looked at so often at most: those that are due together share a sync. */
const leastTickMs = 4;

interface Worker {
  readonly number: number;
  sequence: number;
  /** Monotonic ms. */
  due: number;
  busy: boolean;
}

/**
 * Starts the workers. Each writes one request after the other, so that its sequence has a meaning. A tick that comes
 * while a worker still waits is left out.
 */
export function startWriter(
  store: LedgerStore,
  book: Book,
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
  const progress = { first: null as number | null, last: null as number | null, acknowledged: 0 };

  const write = async (worker: Worker, keys: readonly WriteKey[]): Promise<void> => {
    await book.intents(keys, clock.now());
    const written = await store.write(keys);
    if (written.trouble !== undefined) onTrouble(`the ledger could not send: ${written.trouble}`);
    await book.outcomes(keys, written);
    worker.busy = false;
    if (written.outcome !== 'ok') return;
    const { completed } = written;
    progress.first = Math.min(progress.first ?? Infinity, completed);
    progress.last = Math.max(progress.last ?? -Infinity, completed);
    progress.acknowledged += keys.length;
  };

  const begin = (worker: Worker, now: number): void => {
    worker.busy = true;
    worker.due += periodMs * Math.max(1, Math.ceil((now - worker.due) / periodMs));
    const keys: WriteKey[] = [];
    for (let i = 0; i < writesPerRequest; i += 1) {
      keys.push({ worker: worker.number, sequence: worker.sequence });
      worker.sequence += 1;
    }
    const one = write(worker, keys).finally(() => underWay.delete(one));
    underWay.add(one);
  };

  const timer = setInterval(
    () => {
      const now = clock.now();
      for (const worker of workers) if (!worker.busy && worker.due <= now) begin(worker, now);
    },
    Math.max(leastTickMs, Math.min(20, periodMs / settings.workers)),
  );

  return {
    progress: () => ({ ...progress }),
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
      store.closeAll();
    },
  };
}
