import { readFileSync } from 'node:fs';
import { echo } from 'zx';
import { startBucketServer } from '../../packages/load/test/knee/support/bucket-server.ts';
import { searchAt } from '../../packages/load/test/knee/support/find.ts';
import { testRun, workloadOf } from '../../packages/load/test/support/run.ts';
import { startWorkload } from '../../packages/load/src/start-workload.ts';

/*
 * The knee of a server whose capacity is set exactly (a token bucket with a bounded queue), searched from below and
 * from above, ten times in all (two with `--quick`), at several capacities; and what a step
 * costs that is a run of k6 of its own, beside the virtual users that a staircase over all rates would need from
 * its first second on. A bracket that is more than 15 % off makes it fail.
 */

export async function benchKnee(): Promise<void> {
  const rounds = process.argv.includes('--quick') ? 2 : 10;
  const capacities = [60, 120, 200, 310, 90];
  let off = 0;

  for (let round = 0; round < rounds; round += 1) {
    const capacity = capacities[Math.floor(round / 2) % capacities.length] ?? 100;
    const fromBelow = round % 2 === 0;
    const server = await startBucketServer(capacity);
    const began = performance.now();
    const { capacity: found, steps } = await searchAt(server.url, {
      from: fromBelow ? capacity / 5 : capacity * 3.3,
      to: 2000,
    });
    await server.close();
    const seconds = (performance.now() - began) / 1000;
    const judged = steps.reduce((sum, step) => sum + step.seconds + 1.5, 0);
    const low = 'low' in found ? found.low : Number.NaN;
    const high = 'high' in found ? found.high : Number.NaN;
    const good = Math.abs(low / capacity - 1) <= 0.15 && Math.abs(high / capacity - 1) <= 0.15;
    if (!good) off += 1;
    echo(
      `${fromBelow ? 'from below' : 'from above'}, capacity ${capacity}/s: ${low}–${high}/s ` +
        `(${percent(low / capacity)} to ${percent(high / capacity)}), ${steps.length} steps in ${seconds.toFixed(0)} s, ` +
        `of which ${((seconds - judged) / steps.length).toFixed(1)} s a step is not load${good ? '' : `  OFF: ${JSON.stringify(found)}`}`,
    );
  }

  for (const [rate, timeoutMs] of [
    [50, 5000],
    [500, 5000],
    [500, 1000],
  ] as const) {
    const server = await startBucketServer(1000);
    const run = testRun();
    const began = performance.now();
    const load = await startWorkload(
      workloadOf('one-step', server.url, { rate, timeoutMs }),
      run.settings,
      run.context,
    );
    const first = load.stream.between(-Infinity, Infinity)[0]?.from ?? Number.NaN;
    const started = performance.now();
    const fromStart = first - (run.context.clock.now() - performance.now()) - began;
    const pid = Number(/process (\d+)/.exec(run.pushed[0]?.describe ?? '')?.[1]);
    const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    const stopping = performance.now();
    await load.stop();
    echo(
      `a step at ${rate}/s, timeout ${timeoutMs / 1000} s: load after ${(fromStart / 1000).toFixed(2)} s, ` +
        `first report after ${((started - began) / 1000).toFixed(2)} s, ended in ` +
        `${((performance.now() - stopping) / 1000).toFixed(2)} s, k6 holds ${memory.toFixed(0)} MB`,
    );
    await server.close();
    run.clear();
  }
  if (off > 0) process.exitCode = 1;
}

function percent(share: number): string {
  return `${(100 * (share - 1)).toFixed(1)} %`;
}
