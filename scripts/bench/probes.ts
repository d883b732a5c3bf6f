import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { echo } from 'zx';
import { observe } from '../../packages/dr/test/observers/fixtures/observed.ts';
import { startFixturePlatform } from '../../packages/dr/test/observers/fixtures/platform.ts';
import { systemClock } from '../../packages/shared/src/time/system-clock.ts';
import { cpuShares } from './observing.ts';
import { report } from './report.ts';

const SECONDS = 24;
/** Until the code is compiled, and the process scheduled as it stays: drills observe for longer before anything is done. */
const WARM_SECONDS = 4;
const PERIODS_MS = [10, 5];
const CORES = 2;

/** Four probe streams over HTTP at each period, on a machine of two cores that are both busy with something else. */
export async function benchProbes(): Promise<void> {
  for (const everyMs of PERIODS_MS) await benchPeriod(everyMs);
}

async function benchPeriod(everyMs: number): Promise<void> {
  const platform = await startFixturePlatform();
  const busy = Array.from({ length: CORES }, () =>
    spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }),
  );
  try {
    const observed = await observe(platform.entry, {
      probeEveryMs: everyMs,
      probeTimeoutMs: 500,
      probesInRealTime: true,
    });
    try {
      await systemClock.sleep(SECONDS * 1000);
      await observed.observers.stopProbes();
      const streams = observed.observers.streams();
      const warm = (WARM_SECONDS * 1000) / everyMs;
      const late = streams.flatMap(({ attempts }) => attempts.slice(warm).map((one) => one.sent - one.due));
      const good = streams.flatMap(({ attempts }) => attempts.slice(warm)).filter(({ ok }) => ok).length;
      const file = join(observed.dir, 'probes-drill.jsonl');
      const scheduling = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{"type":"scheduling"'));
      const sorted = Float64Array.from(late).sort();
      const missed = streams.reduce((sum, one) => sum + one.missedTicks, 0);
      echo(
        `probes, four at ${everyMs} ms: ${late.length} attempts, ${good} of them good, ${missed} ticks missed, load average ${loadavg()[0]?.toFixed(1)}`,
      );
      echo(`probes, four at ${everyMs} ms: ${scheduling.at(-1) ?? 'scheduled as usual'}`);
      report(
        `probes, four at ${everyMs} ms: share of a processor`,
        '%',
        cpuShares(observed.dir, 'probes-drill.jsonl').slice(WARM_SECONDS - 2),
      );
      report(`probes, four at ${everyMs} ms: lateness`, 'ms', late);
      report(`probes, four at ${everyMs} ms: p99 of lateness`, 'ms', [
        sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN,
      ]);
    } finally {
      await observed.end();
    }
  } finally {
    for (const one of busy) one.kill('SIGKILL');
    await platform.end();
  }
}
