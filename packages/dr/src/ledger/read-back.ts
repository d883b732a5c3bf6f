import type { Clock } from '@ordeal/shared/time/clock';
import type { DurableLog } from '../observers/durable-log.ts';
import type { LedgerLine } from './ledger-file.ts';
import type { LedgerConfig } from './ledger-protocol.ts';
import { readAll } from './read-all.ts';
import type { LedgerReading } from './writes.ts';

const least = 2;
const most = 6;
const betweenMs = 250;
const itemsALine = 1000;

/**
 * Reads the whole set at least twice, and again while the last two readings differ: so what a lagging replica hides
 * for a moment shows as stale, and not as lost. Readings are in the log, and on disk, when it resolves.
 * `nextNumber` gives each reading a number that no other one in the log has.
 */
export async function readBack(
  config: LedgerConfig,
  log: DurableLog,
  clock: Clock,
  nextNumber: () => number,
): Promise<void> {
  let before: LedgerReading | null = null;
  for (let done = 0; done < most; done += 1) {
    if (done > 0) await clock.sleep(betweenMs);
    const reading = await readAll(config, clock);
    await writeReading(log, nextNumber(), reading);
    if (done + 1 >= least && before !== null && sameIds(before, reading)) return;
    before = reading;
  }
}

async function writeReading(log: DurableLog, number: number, reading: LedgerReading): Promise<void> {
  const { begun, completed, items } = reading;
  const lines: LedgerLine[] = [];
  for (let i = 0; i < items.length; i += itemsALine) {
    const page = items.slice(i, i + itemsALine).map(({ id, hash }) => [id, hash] as const);
    lines.push({ type: 'page', reading: number, items: page });
  }
  lines.push({ type: 'reading', reading: number, begun, completed });
  await Promise.all(lines.map((line) => log.append(line)));
}

function sameIds(one: LedgerReading, other: LedgerReading): boolean {
  const ids = new Set(one.items.map((item) => item.id));
  return one.items.length === other.items.length && other.items.every((item) => ids.has(item.id));
}
