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
  const { rate, workers } = settings;
  const periodMs = (1000 * workers * store.writesPerRequest) / rate;
  const stopping = new AbortController();
  let progress: LedgerProgress = { first: null, last: null, acknowledged: 0 };

  const write = async (keys: readonly WriteKey[]): Promise<void> => {
    await book.intents(keys, clock.now());
    const written = await store.write(keys);
    if (written.trouble !== undefined) onTrouble(`the ledger could not send: ${written.trouble}`);
    await book.outcomes(keys, written);
    if (written.outcome !== 'ok') return;
    const { completed } = written;
    progress = {
      first: Math.min(progress.first ?? Infinity, completed),
      last: Math.max(progress.last ?? -Infinity, completed),
      acknowledged: progress.acknowledged + keys.length,
    };
  };

  const work = async (worker: number, firstDue: number): Promise<void> => {
    let due = firstDue;
    for (let sequence = 0; !stopping.signal.aborted; sequence += store.writesPerRequest) {
      await pause(clock, due - clock.now(), stopping.signal);
      if (stopping.signal.aborted) return;
      await write(
        Array.from({ length: store.writesPerRequest }, (_, i) => ({ worker, sequence: sequence + i })),
      );
      due += periodMs * Math.max(1, Math.ceil((clock.now() - due) / periodMs));
    }
  };

  const begun = clock.now();
  const done = Promise.all(
    Array.from({ length: workers }, (_, worker) => work(worker, begun + (worker * periodMs) / workers)),
  );
  return {
    progress: () => progress,
    stop: async () => {
      stopping.abort();
      await done;
      store.closeAll();
    },
  };
}

/** Sleeps, or returns at once when the signal is aborted. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
