import { afterAll, describe, expect, it } from 'vitest';
import { HEALED_WITHIN_MS, killOnce, MOMENTS, report } from './kill-runner.ts';
import { killSubjects } from './subjects.ts';

/** A runner is killed no later than this after it began: by then it has injected and healed more than once. */
const LATEST_MS = 600;
const HOLD_MS = 40;

const took: Record<string, number[]> = {};
afterAll(() => {
  for (const [driver, all] of Object.entries(took)) report(driver, all);
});

describe('a runner that is killed at a random moment leaves nothing', () => {
  for (const [name, { driver, share, skipped, make }] of Object.entries(killSubjects)) {
    const moments = Math.ceil(MOMENTS * share);
    it.skipIf(skipped !== undefined)(
      `${name}${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
      async () => {
        const subject = await make();
        try {
          for (let moment = 0; moment < moments; moment += 1) {
            const healed = await killOnce({
              driver,
              config: subject.raw,
              afterMs: Math.random() * LATEST_MS,
              holdMs: HOLD_MS,
              healedWithinMs: HEALED_WITHIN_MS,
            });
            (took[driver] ??= []).push(healed);
            expect(await subject.left()).toEqual([]);
            expect(await subject.works()).toBe(true);
          }
        } finally {
          await subject.stop();
        }
      },
      60_000 + moments * 5_000,
    );
  }
});
