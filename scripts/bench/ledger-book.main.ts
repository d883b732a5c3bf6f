import process from 'node:process';
import { openBook, type Book } from '../../packages/dr/src/ledger/book.ts';
import type { LedgerConfig } from '../../packages/dr/src/ledger/ledger-protocol.ts';
import { payloadOf } from '../../packages/dr/src/ledger/payload.ts';
import { postgresStore } from '../../packages/dr/src/ledger/stores/postgres.ts';
import type { LedgerStore } from '../../packages/dr/src/ledger/stores/store.ts';
import { startWriter, workersFor } from '../../packages/dr/src/ledger/writer.ts';
import { idOf } from '../../packages/dr/src/ledger/writes.ts';
import { openDurableLog } from '../../packages/dr/src/observers/durable-log.ts';
import type { PostgresLedger } from '../../packages/shared/src/platform/ledger-spec.ts';
import { systemClock } from '../../packages/shared/src/time/system-clock.ts';

/** Whose writing is measured. */
export interface Bookkeeping {
  readonly file: string;
  readonly rate: number;
  readonly seconds: number;
  readonly writesPerCommit: number;
  /** Of the PostgreSQL that is written into; null: nothing is, and everything is acknowledged after a millisecond. */
  readonly url: string | null;
  /** Whether anything is put down. */
  readonly keeps: boolean;
}

/** Second by second: the share of a processor that it took (%), and the writes that were acknowledged. */
export interface BookkeepingTook {
  readonly shares: readonly number[];
  readonly rates: readonly number[];
}

const given = JSON.parse(process.argv[2] ?? '') as Bookkeeping;
const collection = 'bench';

/** What was sent together is answered together, with one waking: those of a real database are not the ledger's. */
function madeUpStore(): LedgerStore {
  let answer: Promise<void> | null = null;
  const answerTo = (): Promise<void> => {
    if (answer === null) {
      answer = systemClock.sleep(1);
      setImmediate(() => (answer = null));
    }
    return answer;
  };
  return {
    writesPerRequest: given.writesPerCommit,
    prepare: async () => undefined,
    write: async (keys) => {
      const sent = systemClock.now();
      // Every ledger makes them; nothing is done with these.
      keys.forEach((key) => payloadOf(idOf(collection, key)));
      await answerTo();
      return { sent, completed: systemClock.now(), outcome: 'ok', detail: 'made up' };
    },
    read: async () => undefined,
    closeAll: () => undefined,
  };
}

function realStore(url: string): LedgerStore {
  const spec: PostgresLedger = { kind: 'postgres', url, writesPerCommit: given.writesPerCommit };
  const config: LedgerConfig = {
    file: given.file,
    entry: url,
    headers: {},
    run: collection,
    tenant: '',
    collection,
    spec,
    rate: given.rate,
    writeTimeoutMs: 5000,
    readDeadlineMs: 60_000,
  };
  return postgresStore(config, spec, systemClock);
}

type Kept = Pick<Book, 'intents' | 'outcome' | 'commit'>;

const forgotten: Kept = { intents: () => undefined, outcome: () => undefined, commit: async () => undefined };

const store = given.url === null ? madeUpStore() : realStore(given.url);
await store.prepare();
const book = given.keeps
  ? openBook(openDurableLog(given.file), { type: 'ledger', at: systemClock.now(), collection })
  : forgotten;
const settings = { rate: given.rate, workers: workersFor(given.rate, store.writesPerRequest) };
const writer = startWriter(store, book, settings, systemClock, (reason) => {
  throw new Error(reason);
});
// Until everything is compiled.
await systemClock.sleep(3000);
const shares: number[] = [];
const rates: number[] = [];
for (let second = 0; second < given.seconds; second += 1) {
  const before = { at: systemClock.now(), cpu: process.cpuUsage(), count: writer.progress().acknowledged };
  await systemClock.sleep(1000);
  const ms = systemClock.now() - before.at;
  const { user, system } = process.cpuUsage(before.cpu);
  shares.push((user + system) / 10 / ms);
  rates.push(((writer.progress().acknowledged - before.count) / ms) * 1000);
}
await writer.stop();
process.stdout.write(JSON.stringify({ shares, rates } satisfies BookkeepingTook));
