import type { LedgerItem, LedgerReading, LedgerWrite } from './model.ts';

/** What is planted for one write: its outcome, and how often it is in each of three readings (`c` corrupt). */
interface Plant {
  readonly outcome: LedgerWrite['outcome'];
  readonly copies: readonly [string, string, string];
  readonly counts: readonly Kind[];
}

export type Kind = 'lost' | 'stale' | 'duplicate' | 'resurrected' | 'corrupt' | 'unresolved' | 'recovered';

const plants: readonly Plant[] = [
  { outcome: 'ok', copies: ['1', '1', '1'], counts: [] },
  { outcome: 'ok', copies: ['', '', ''], counts: ['lost'] },
  { outcome: 'ok', copies: ['1', '1', ''], counts: ['lost'] },
  { outcome: 'ok', copies: ['', '1', ''], counts: ['lost', 'stale'] },
  { outcome: 'ok', copies: ['', '1', '1'], counts: ['stale'] },
  { outcome: 'ok', copies: ['1', '', '1'], counts: ['stale'] },
  { outcome: 'ok', copies: ['1', '2', '1'], counts: ['duplicate'] },
  { outcome: 'ok', copies: ['1', '1', 'c'], counts: ['corrupt'] },
  { outcome: 'ok', copies: ['c', '1', ''], counts: ['corrupt', 'lost'] },
  { outcome: 'fail', copies: ['', '', ''], counts: [] },
  { outcome: 'fail', copies: ['', '', '1'], counts: ['resurrected'] },
  { outcome: 'fail', copies: ['2', '', ''], counts: ['resurrected', 'duplicate'] },
  { outcome: 'info', copies: ['', '', ''], counts: ['unresolved'] },
  { outcome: 'info', copies: ['1', '1', '1'], counts: ['recovered'] },
  { outcome: 'info', copies: ['', '', '1'], counts: ['recovered'] },
  { outcome: 'info', copies: ['', '1', ''], counts: ['lost'] },
  { outcome: 'info', copies: ['', '', 'c'], counts: ['recovered', 'corrupt'] },
];

export interface PlantedLedger {
  readonly writes: readonly LedgerWrite[];
  readonly readings: readonly LedgerReading[];
  readonly fault: { readonly low: number; readonly high: number };
  readonly expected: Readonly<Record<Kind | 'phantom' | 'holes' | 'lostAfterFault' | 'acknowledged', number>>;
  /** Seconds, and the acknowledgement at the end of the unbroken prefix (monotonic ms). */
  readonly rpo: { readonly seconds: number; readonly atLeast: boolean; readonly point: number | null };
}

/**
 * A ledger with every kind of defect, sown at random, and what an honest count of it gives. Its requests are of so many
 * writes each, which share an outcome, and of which each may come to something else.
 */
export function plantLedger(random: () => number, writesPerRequest = 1): PlantedLedger {
  const workers = 1 + Math.floor(random() * 4);
  const share = random() * 0.5;
  const expected = {
    lost: 0,
    stale: 0,
    duplicate: 0,
    resurrected: 0,
    corrupt: 0,
    unresolved: 0,
    recovered: 0,
    phantom: 0,
    holes: 0,
    lostAfterFault: 0,
    acknowledged: 0,
  };
  const fault = { low: 4000, high: 4000 + random() * 300 };
  const pages: LedgerItem[][] = [[], [], []];
  const writes: LedgerWrite[] = [];
  const isLost = new Set<string>();
  for (let worker = 0; worker < workers; worker += 1) {
    let at = random() * 10;
    let [completed, outcome]: [number, LedgerWrite['outcome']] = [0, 'ok'];
    const ledger: { readonly lost: boolean; readonly there: boolean }[] = [];
    for (let sequence = 0; at < 6000; sequence += 1) {
      const isFirst = sequence % writesPerRequest === 0;
      const plain: boolean = random() >= share && (isFirst || outcome === 'ok');
      const others = isFirst ? plants : plants.filter((one) => one.outcome === outcome);
      const plant: Plant | undefined = plain ? plants[0] : others[Math.floor(random() * others.length)];
      if (plant === undefined) throw new Error('There is nothing to plant.');
      if (isFirst) [completed, outcome] = [at + 1 + random() * 20, plant.outcome];
      const id = `${worker}-${sequence}`;
      writes.push({ id, worker, sequence, hash: `h${id}`, outcome, invoked: at, completed });
      plant.copies.forEach((copies, reading) => {
        for (let n = 0; n < (copies === 'c' ? 1 : Number(copies)); n += 1) {
          pages[reading]?.push({ id, hash: copies === 'c' ? 'another' : `h${id}` });
        }
      });
      for (const kind of plant.counts) expected[kind] += 1;
      if (outcome === 'ok') expected.acknowledged += 1;
      const lost = plant.counts.includes('lost');
      if (lost) isLost.add(id);
      if (lost && outcome === 'ok' && completed > fault.high) expected.lostAfterFault += 1;
      ledger.push({ lost, there: plant.copies[2] !== '' });
      if ((sequence + 1) % writesPerRequest === 0) at = completed + random() * 40;
    }
    expected.holes += ledger.filter((one, i) => one.lost && ledger[i + 1]?.there === true).length;
  }
  for (let n = Math.floor(random() * 3); n > 0; n -= 1) {
    expected.phantom += 1;
    pages[n % 3]?.push({ id: `nobody-${n}`, hash: 'h' });
  }
  const readings = pages.map((items, i) => ({ begun: 7000 + i * 100, completed: 7050 + i * 100, items }));
  return { writes, readings, fault, expected, rpo: rpoOf(writes, isLost, fault.high) };
}

function rpoOf(writes: readonly LedgerWrite[], isLost: ReadonlySet<string>, faultHigh: number) {
  const times = writes
    .filter((one) => isLost.has(one.id))
    .map((one) => (one.outcome === 'ok' ? one.completed : one.invoked));
  const seconds = times.length === 0 ? 0 : (Math.max(faultHigh, ...times) - Math.min(...times)) / 1000;
  let point: number | null = null;
  const acknowledged = writes.filter((one) => one.outcome === 'ok');
  // Of a request that is lost in part, no other write is a point to which everything is there.
  acknowledged.sort(
    (one, other) =>
      one.completed - other.completed || Number(isLost.has(other.id)) - Number(isLost.has(one.id)),
  );
  for (const one of acknowledged) {
    if (isLost.has(one.id)) break;
    point = one.completed;
  }
  return { seconds, atLeast: point === null, point };
}
