import process from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { reasonOf } from '@ordeal/shared/reason-of';
import { openDurableLog, type DurableLog } from '../observers/durable-log.ts';
import { takePriority, tieToParent } from '../observers/parent-link.ts';
import { startSelfWatch } from '../observers/self-watch.ts';
import { analyseLedger, type LedgerQuestion } from './analyse.ts';
import { openBook, type Book } from './book.ts';
import { ledgerFile } from './ledger-file.ts';
import type { LedgerCommand, LedgerConfig, LedgerEvent } from './ledger-protocol.ts';
import { readBack } from './read-back.ts';
import { createStore } from './stores/create.ts';
import type { LedgerStore } from './stores/store.ts';
import { startWriter, workersFor, type LedgerWriter } from './writer.ts';

interface Ledger {
  readonly config: LedgerConfig;
  readonly log: DurableLog;
  readonly book: Book;
  readonly store: LedgerStore;
  readonly writer: LedgerWriter;
}

const priority = takePriority();
const reportEveryMs = 100;
const selfEveryMs = 1000;
let ledger: Ledger | null = null;

const link = tieToParent<LedgerCommand, LedgerEvent>(
  process,
  (command) => {
    if (command.type === 'start') void start(command.config);
    else if (ledger !== null && command.type === 'stop') void stop(ledger);
    else if (ledger !== null && command.type === 'read') void read(ledger, command.question);
  },
  () => ledger?.log.flushNow(),
);

async function start(config: LedgerConfig): Promise<void> {
  const { rate, collection } = config;
  const perRequest = config.spec.kind === 'postgres' ? (config.spec.writesPerCommit ?? 1) : 1;
  const workers = workersFor(rate, perRequest);
  const store = createStore(config, workers, systemClock);
  const log = openDurableLog(config.file);
  const header = {
    type: 'ledger',
    at: systemClock.now(),
    collection,
    pid: process.pid,
    ...priority,
  } as const;
  const book = openBook(log, header);
  try {
    await store.prepare();
  } catch (error) {
    link.send({ type: 'start-failed', reason: `the ledger has no place to write: ${reasonOf(error)}` });
    return;
  }
  const trouble = (reason: string): void => link.send({ type: 'trouble', reason });
  const writer = startWriter(store, book, { rate, workers }, systemClock, trouble);
  setInterval(() => link.send({ type: 'progress', progress: writer.progress() }), reportEveryMs);
  const sample = startSelfWatch(process, systemClock);
  setInterval(() => void log.append(sample()), selfEveryMs);
  ledger = { config, log, book, store, writer };
  link.send({ type: 'ready' });
}

async function stop({ writer }: Ledger): Promise<void> {
  await writer.stop();
  link.send({ type: 'progress', progress: writer.progress() });
  link.send({ type: 'stopped' });
}

async function read({ config, book, store }: Ledger, question: LedgerQuestion): Promise<void> {
  try {
    const { intents } = await readBack(store, book, config.readDeadlineMs, systemClock);
    const record = await analyseLedger(ledgerFile(config.file, intents), question);
    link.send({ type: 'read-done', record });
  } catch (error) {
    link.send({ type: 'read-failed', reason: reasonOf(error) });
  }
}
