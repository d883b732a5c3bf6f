import { echo } from 'zx';
import { judgeSoak } from '../../packages/shared/test/statistics/support/judge-soak.ts';
import { leakFree, leaking } from '../../packages/shared/test/statistics/support/soak.ts';

/*
 * Verdicts on series that leak and on series that do not, 200 of each kind (20 with `--quick`), and how long one takes.
 * A wrong verdict makes it fail; one that cannot be told is none.
 */

export async function benchLeaks(): Promise<void> {
  const each = process.argv.includes('--quick') ? 20 : 200;
  let wrong = 0;
  for (const [leaks, kinds] of [
    [true, leaking],
    [false, leakFree],
  ] as const) {
    for (const [kind, make] of Object.entries(kinds)) {
      const counts = { leak: 0, 'no-leak': 0, 'cannot-tell': 0 };
      const times: number[] = [];
      for (let seed = 1; seed <= each; seed += 1) {
        const soak = make(seed);
        const began = performance.now();
        counts[judgeSoak(soak).outcome] += 1;
        times.push(performance.now() - began);
      }
      wrong += counts[leaks ? 'no-leak' : 'leak'];
      const ordered = times.sort((left, right) => left - right);
      echo(
        `${leaks ? 'leak' : 'no leak'}, ${kind}`.padEnd(36) +
          `leak ${counts.leak}, no leak ${counts['no-leak']}, cannot tell ${counts['cannot-tell']}`.padEnd(
            48,
          ) +
          `median ${ordered[Math.floor(each / 2)]?.toFixed(1)} ms, worst ${ordered.at(-1)?.toFixed(0)} ms`,
      );
    }
  }
  echo(`wrong verdicts: ${wrong}`);
  if (wrong > 0) process.exitCode = 1;
}
