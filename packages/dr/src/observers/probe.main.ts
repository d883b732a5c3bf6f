import process from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openDurableLog, type DurableLog } from './durable-log.ts';
import { takePriority, tieToParent } from './parent-link.ts';
import type { ProbeCommand, ProbeConfig, ProbeEvent } from './probe-protocol.ts';
import { openProbe, type ProbeRunner } from './probe-runner.ts';
import { realTime } from './real-time.ts';
import { startSelfWatch } from './self-watch.ts';
import { nextTimerMoment, startTicker, type Ticker } from './ticker.ts';

const priority = takePriority();
const reportEveryMs = 100;
const selfEveryMs = 1000;
let log: DurableLog | null = null;
let ticker: Ticker | null = null;
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
  runners = config.probes.map((spec) => ({
    name: spec.name,
    runner: openProbe(config, spec, systemClock, (reason) => link.send({ type: 'trouble', reason })),
  }));
  // All streams send with the same tick: a process that sleeps and wakes for each of them costs several times as much.
  const firstDue = nextTimerMoment(systemClock.now() + config.everyMs);
  ticker = startTicker(firstDue, config.everyMs, systemClock, (due) => {
    for (const { runner } of runners) runner.attempt(due);
  });
  setInterval(() => void report(file), reportEveryMs);
  const sample = startSelfWatch(process, systemClock);
  const scheduled = realTime(process.pid, (now) => {
    void file.append({ type: 'scheduling', at: systemClock.now(), ...now });
    link.send({ type: 'scheduling', ...now });
  });
  setInterval(() => {
    const self = sample();
    if (config.realTime) scheduled.look(self.cpuShare);
    void file.append(self);
  }, selfEveryMs);
  link.send({ type: 'ready' });
}

/** Resolves when the evidence is on disk. */
async function report(file: DurableLog): Promise<void> {
  const missedTicks = ticker?.missed() ?? 0;
  const reports = runners.map(({ runner }) => ({ ...runner.report(), missedTicks }));
  link.send({ type: 'batch', reports });
  await Promise.all(
    reports.map(({ attempts, sessions }, i) =>
      attempts.length === 0 && (sessions?.changed ?? []).length === 0
        ? null
        : file.append({ type: 'attempts', stream: runners[i]?.name, missedTicks, attempts, sessions }),
    ),
  );
}

async function stop(): Promise<void> {
  ticker?.stop();
  await Promise.all(runners.map(({ runner }) => runner.stop()));
  if (log !== null) {
    await report(log);
    // Behind everything that was told before: an earlier report may still be on its way to the disk.
    await log.append({ type: 'stopped', at: systemClock.now() });
  }
  link.send({ type: 'stopped' });
}
