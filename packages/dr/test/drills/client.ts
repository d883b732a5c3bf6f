import type { LedgerRecord } from '@ordeal/shared/record/record';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { Attempt, Observers, ProbeStream } from '../../src/observers/observers.ts';
import { get } from '../drivers/edge.ts';

const everyMs = 25;
const timeoutMs = 1000;
let lastId = 100_000;

export interface TestObservers extends Observers {
  /** From now on they say that they have died. */
  breakDown(reason: string): void;
}

/** A small client in the tests' own process: one stream of writes, one of reads; the writes are the ledger too. */
export function testObservers(url: string): TestObservers {
  const acknowledged = new Map<number, number>();
  let broken: string | undefined;
  let writing = true;
  const read = streamOf('read', async () => (await get(`${url}/`)).status);
  const write = streamOf('write', async () => {
    lastId += 1;
    const id = lastId;
    const { status } = await get(`${url}${writing ? `/write/${id}` : '/'}`, 'POST');
    if (status === 200 && writing) acknowledged.set(id, systemClock.now());
    return status;
  });
  return {
    breakDown: (reason) => (broken = reason),
    streams: () => [read.stream(), write.stream()],
    ledger: () => {
      const times = [...acknowledged.values()];
      return { first: times[0] ?? null, last: times.at(-1) ?? null, acknowledged: times.length };
    },
    healthy: () => (broken === undefined ? { ok: true } : { ok: false, reason: broken }),
    stopWriting: async () => void (writing = false),
    readBack: async (_fault, target): Promise<LedgerRecord> => {
      const { status, text } = await get(`${url}/all`);
      if (status !== 200) throw new Error(`the platform answered ${status}`);
      const present = new Set(JSON.parse(text) as number[]);
      const lost = [...acknowledged.keys()].filter((id) => !present.has(id)).length;
      const none = { stale: 0, duplicate: 0, phantom: 0, resurrected: 0, corrupt: 0, unresolved: 0 };
      return {
        ...none,
        seconds: 0,
        atLeast: false,
        lost,
        acknowledged: acknowledged.size,
        recovered: 0,
        holes: 0,
        lostAfterFault: 0,
        resolutionSeconds: 0,
        target,
        recoveryPoint: null,
      };
    },
    stopProbes: async () => {
      await Promise.all([read.stop(), write.stop()]);
    },
    dispose: async () => undefined,
  };
}

function streamOf(
  name: string,
  attempt: () => Promise<number>,
): { stream: () => ProbeStream; stop: () => Promise<void> } {
  const attempts: Attempt[] = [];
  const open = new Map<Promise<void>, number>();
  const tick = (): void => {
    const sent = systemClock.now();
    const going = attempt().then((status) => {
      attempts.push({ due: sent, sent, completed: systemClock.now(), ok: status === 200, status });
      open.delete(going);
    });
    open.set(going, sent);
  };
  const timer = setInterval(tick, everyMs);
  return {
    stream: () => ({
      name,
      everyMs,
      timeoutMs,
      missedTicks: 0,
      attempts: attempts.toSorted((a, b) => a.sent - b.sent),
      settledUntil: Math.min(systemClock.now(), ...open.values()),
    }),
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open.keys());
    },
  };
}
