import process from 'node:process';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openDurableLog, type DurableLog } from '../observers/durable-log.ts';
import { takePriority, tieToParent } from '../observers/parent-link.ts';
import { startSelfWatch } from '../observers/self-watch.ts';
import type { LedgerCommand, LedgerConfig, LedgerEvent } from './ledger-protocol.ts';
import { readBack } from './read-back.ts';
import { startWriter, type LedgerWriter } from './writer.ts';

interface Ledger {
  readonly config: LedgerConfig;
  readonly log: DurableLog;
  readonly writer: LedgerWriter;
}

const priority = takePriority();
const reportEveryMs = 100;
const selfEveryMs = 1000;
let ledger: Ledger | null = null;
let readings = 0;

const link = tieToParent<LedgerCommand, LedgerEvent>(
  process,
  (command) => {
    if (command.type === 'start') void start(command.config);
    else if (ledger !== null && command.type === 'stop') void stop(ledger);
    else if (ledger !== null) void read(ledger);
  },
  () => ledger?.log.flushNow(),
);

async function start(config: LedgerConfig): Promise<void> {
  const log = openDurableLog(config.file);
  await log.append({ type: 'ledger', at: systemClock.now(), pid: process.pid, ...priority });
  const writer = startWriter(config, log, systemClock, (reason) => link.send({ type: 'trouble', reason }));
  setInterval(() => link.send({ type: 'progress', progress: writer.progress() }), reportEveryMs);
  const sample = startSelfWatch(process, systemClock);
  setInterval(() => void log.append(sample()), selfEveryMs);
  ledger = { config, log, writer };
  link.send({ type: 'ready' });
}

async function stop({ writer }: Ledger): Promise<void> {
  await writer.stop();
  link.send({ type: 'progress', progress: writer.progress() });
  link.send({ type: 'stopped' });
}

async function read({ config, log }: Ledger): Promise<void> {
  try {
    await readBack(config, log, systemClock, () => {
      readings += 1;
      return readings;
    });
    link.send({ type: 'read-done' });
  } catch (error) {
    link.send({ type: 'read-failed', reason: reasonOf(error) });
  }
}
