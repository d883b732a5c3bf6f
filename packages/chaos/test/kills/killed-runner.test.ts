import { afterAll, describe, expect, it } from 'vitest';
import { GONE_WITHIN_MS, killRunners, misses, MOMENTS, PROVING, report, type Kill } from './kill-runner.ts';
import { killSubjects } from './subjects.ts';

/** By then a runner has injected and healed more than once. */
const LATEST_MS = 600;

const kills: Record<string, Kill[]> = {};
afterAll(() => {
  for (const [driver, all] of Object.entries(kills)) report(driver, all, GONE_WITHIN_MS);
});

describe('a runner that is killed at a random moment leaves nothing', () => {
  for (const [name, { driver, share, skipped, make }] of Object.entries(killSubjects)) {
    const times = Math.ceil(MOMENTS * share);
    it.skipIf(skipped !== undefined)(
      `${name}${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
      async () => {
        const { raw, left, works, stop } = await make();
        try {
          const done = await killRunners({
            driver,
            config: raw,
            times,
            latestMs: LATEST_MS,
            left,
            works,
          });
          (kills[driver] ??= []).push(...done);
          expect(misses(done, GONE_WITHIN_MS)).toEqual([]);
          expect(done).toHaveLength(times);
        } finally {
          await stop();
        }
      },
      90_000 + times * 10_000,
    );
  }

  it.runIf(PROVING)('with every driver that works on a machine', () => {
    expect(Object.keys(kills).toSorted()).toEqual(['command', 'host', 'proxy']);
  });
});
