import process from 'node:process';
import { openBook } from '../../packages/dr/src/ledger/book.ts';
import { payloadOf } from '../../packages/dr/src/ledger/payload.ts';
import type { LedgerStore } from '../../packages/dr/src/ledger/stores/store.ts';
import { startWriter, workersFor } from '../../packages/dr/src/ledger/writer.ts';
import { idOf } from '../../packages/dr/src/ledger/writes.ts';
import { openDurableLog } from '../../packages/dr/src/observers/durable-log.ts';
import { systemClock } from '../../packages/shared/src/time/system-clock.ts';

/* Writes for some seconds into a store that acknowledges at once, and prints what share of a processor that took. */

const [, , file = '', rate = '5000', seconds = '10', writesPerRequest = '1'] = process.argv;
let made = 0;
const store: LedgerStore = {
  writesPerRequest: Number(writesPerRequest),
  prepare: async () => undefined,
  write: async (keys) => {
    const sent = systemClock.now();
    // A database takes its time.
    await systemClock.sleep(1);
    for (const key of keys) made += payloadOf(idOf('bench', key)).length;
    return { sent, completed: systemClock.now(), outcome: 'ok', detail: 'made up' };
  },
  read: async () => undefined,
  closeAll: () => undefined,
};
const log = openDurableLog(file);
const book = openBook(log, { type: 'ledger', at: systemClock.now(), collection: 'bench' });
const settings = { rate: Number(rate), workers: workersFor(Number(rate), store.writesPerRequest) };
const writer = startWriter(store, book, settings, systemClock, () => undefined);
await systemClock.sleep(1000);
const before = { at: systemClock.now(), cpu: process.cpuUsage(), count: writer.progress().acknowledged };
await systemClock.sleep(Number(seconds) * 1000);
const ms = systemClock.now() - before.at;
const { user, system } = process.cpuUsage(before.cpu);
const written = writer.progress().acknowledged - before.count;
await writer.stop();
process.stdout.write(
  JSON.stringify({
    share: (user + system) / 1000 / ms,
    rate: (written / ms) * 1000,
    system: system / 1000 / ms,
    made,
  }),
);
