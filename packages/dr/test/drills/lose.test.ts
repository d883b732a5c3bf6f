import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { expect, it } from 'vitest';
import type { Course } from '../../src/drills/course.ts';
import { lose } from '../../src/drills/lose.ts';
import { failover } from './failover-phase.ts';

const began = Date.parse('2026-03-01T02:00:00Z');

/** Seconds after which somebody else than the run heals what it has broken. */
async function healedAfter(
  deps: Partial<Course['deps']>,
  phase: Partial<Course['phase']> = {},
): Promise<number> {
  let pushed: Pick<UndoEntry, 'deadline'> | undefined;
  const clock = { wall: () => began, now: () => 0, sleep: async () => undefined };
  const within = { clock, signal: new AbortController().signal, say: () => undefined };
  const course = {
    phase: { ...failover, ...phase },
    deps: {
      environment: 'lab',
      mostRunSeconds: 4 * 3600,
      store: { status: async () => ({ nodes: [], settings: {} }) },
      fault: {
        name: 'region-a-lost',
        config: {},
        driver: {
          kind: 'thing',
          describe: () => '',
          inject: async () => [{ target: 'a', sent: 1, confirmed: 2, detail: '' }],
        },
      },
      ...deps,
    },
    context: {
      clock,
      undo: { push: (entry: UndoEntry) => (pushed = { ...entry }) },
      journal: { append: () => undefined },
    },
    observers: { healthy: () => ({ ok: true }) },
  } as unknown as Course;
  await lose.run(course, within);
  return (Date.parse(pushed?.deadline ?? '') - began) / 1000;
}

const approve = async () => ({ approved: true, by: 'ann' });

it('what a person is asked about stays broken for as long as the run may wait for the answer', async () => {
  expect(await healedAfter({ approve })).toBeGreaterThan(4 * 3600);
  expect(await healedAfter({ beforeStep: approve })).toBeGreaterThan(4 * 3600);
});

it('where nobody is asked it is healed soon after the drill should have come to its end', async () => {
  expect(await healedAfter({})).toBeLessThan(600);
  // Clients that are well at the deadline are looked at until they were well for long enough.
  const patient = { stableFor: 30, stableAttempts: 9000, probeEvery: 0.1, deadline: 60 };
  expect(await healedAfter({}, patient)).toBeGreaterThan(60 + 900);
});
