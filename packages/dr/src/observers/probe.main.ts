import process from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openDurableLog, type DurableLog } from './durable-log.ts';
import { takePriority, tieToParent } from './parent-link.ts';
import type { ProbeCommand, ProbeConfig, ProbeEvent } from './probe-protocol.ts';
import { runProbe, type ProbeRunner } from './probe-runner.ts';
import { startSelfWatch } from './self-watch.ts';

const priority = takePriority();
const reportEveryMs = 100;
const selfEveryMs = 1000;
let log: DurableLog | null = null;
let runners: readonly { readonly name: string; readonly runner: ProbeRunner }[] = [];

const link = tieToParent<ProbeCommand, ProbeEvent>(
  process,
  (command) => {
    if (command.type === 'start') void start(command.config);
    else void stop();
  },
  () => log?.flushNow(),
);

async function start(config: ProbeConfig): Promise<void> {
  const file = openDurableLog(config.file);
  log = file;
  await file.append({ type: 'probes', at: systemClock.now(), pid: process.pid, ...priority });
  const firstDue = systemClock.now() + config.everyMs;
  runners = config.probes.map((spec, i) => ({
    name: spec.name,
    // Streams take turns within the interval, so that none is late because of another.
    runner: runProbe(
      config,
      spec,
      firstDue + (i * config.everyMs) / config.probes.length,
      systemClock,
      (reason) => link.send({ type: 'trouble', reason }),
    ),
  }));
  setInterval(() => void report(file), reportEveryMs);
  const sample = startSelfWatch(process, systemClock);
  setInterval(() => void file.append(sample()), selfEveryMs);
  link.send({ type: 'ready' });
}

/** Resolves when the evidence is on disk. */
async function report(file: DurableLog): Promise<void> {
  const reports = runners.map(({ runner }) => runner.report());
  link.send({ type: 'batch', reports });
  await Promise.all(
    reports.map(({ attempts, missedTicks, sessions }, i) =>
      attempts.length === 0
        ? null
        : file.append({ type: 'attempts', stream: runners[i]?.name, missedTicks, attempts, sessions }),
    ),
  );
}

async function stop(): Promise<void> {
  await Promise.all(runners.map(({ runner }) => runner.stop()));
  if (log !== null) await report(log);
  link.send({ type: 'stopped' });
}
