import type { Clock } from '@ordeal/shared/time/clock';
import { pooledConnections } from '../observers/connections.ts';
import type { DurableLog } from '../observers/durable-log.ts';
import { send, splitEntry } from '../observers/send.ts';
import { fillTemplate } from '@ordeal/shared/platform/template';
import type { LedgerLine } from './ledger-file.ts';
import type { LedgerConfig, LedgerProgress } from './ledger-protocol.ts';
import { payloadHash, payloadOf } from './payload.ts';
import { outcomeOf } from './write-outcome.ts';

export interface LedgerWriter {
  progress(): LedgerProgress;
  /** Resolves when every outcome is known and on disk. */
  stop(): Promise<void>;
}

/**
 * Starts the workers. Each writes one after the other, so that its sequence has a meaning; there are enough of them
 * for the rate as long as a write takes under 100 ms. A tick that comes while a worker still waits is left out.
 */
export function startWriter(
  config: LedgerConfig,
  log: DurableLog,
  clock: Clock,
  onTrouble: (reason: string) => void,
): LedgerWriter {
  const workers = Math.min(64, Math.max(2, Math.ceil(config.rate / 10)));
  const periodMs = (1000 * workers) / config.rate;
  const { origin, prefix } = splitEntry(config.entry);
  const connections = pooledConnections(origin, config.writeTimeoutMs, workers);
  const stopping = new AbortController();
  let progress: LedgerProgress = { first: null, last: null, acknowledged: 0 };

  const write = async (worker: number, sequence: number): Promise<void> => {
    const id = `${config.collection}-${worker}-${sequence}`;
    const payload = payloadOf(id);
    const { collection, run, tenant } = config;
    const variables = { id, payload, collection, run, tenant, cursor: '' };
    const request = fillTemplate(config.spec.write, variables, config.headers);
    const intent: LedgerLine = {
      type: 'intent',
      id,
      worker,
      sequence,
      hash: payloadHash(payload),
      at: clock.now(),
    };
    await log.append(intent);
    const result = await send(
      connections,
      { ...request, path: prefix + request.path },
      config.writeTimeoutMs,
      clock,
    );
    if (result.kind === 'none' && result.error === 'observer') {
      onTrouble(`the ledger could not send: ${result.detail}`);
    }
    const { outcome, detail } = outcomeOf(result, config.spec);
    const { sent: invoked, completed } = result;
    await log.append({ type: 'outcome', id, outcome, detail, invoked, completed } satisfies LedgerLine);
    if (outcome !== 'ok') return;
    progress = {
      first: Math.min(progress.first ?? Infinity, completed),
      last: Math.max(progress.last ?? -Infinity, completed),
      acknowledged: progress.acknowledged + 1,
    };
  };

  const work = async (worker: number, firstDue: number): Promise<void> => {
    let due = firstDue;
    for (let sequence = 0; !stopping.signal.aborted; sequence += 1) {
      await pause(clock, due - clock.now(), stopping.signal);
      if (stopping.signal.aborted) return;
      await write(worker, sequence);
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
      connections.closeAll();
    },
  };
}

/** Sleeps, or returns at once when the signal is aborted. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
