import type { DrillKind } from '@ordeal/shared/scenario/scenario';
import { expect, it } from 'vitest';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { describeDrill } from '../../src/drills/describe.ts';
import type { Course } from '../../src/drills/course.ts';
import { DrillRefused } from '../../src/drills/drill.ts';
import { lead } from '../../src/drills/measuring.ts';
import { runbooks } from '../../src/drills/runbooks.ts';
import { observeDrill } from './by-itself.ts';
import { failover } from './failover-phase.ts';

it('clients that are not well before anything is broken refuse a drill, which says what to do', async () => {
  const { outcome } = await observeDrill({
    before: { primary: 'a', well: false },
    afterFault: () => ({ primary: 'b', well: true }),
  });
  expect(outcome.refused).toEqual([
    expect.stringMatching(
      /^stream write is well before: .* attempts were bad .*: find out why .*, and drill/,
    ),
  ]);
  expect(outcome.record.failed).toBeUndefined();
  expect(outcome.fault).toBeNull();
  expect(outcome.record.steps.find(({ name }) => name === 'lose')).toMatchObject({ outcome: 'skipped' });
});

/** A drill whose ledger is answered by nobody. Its time passes as it is slept away. */
async function leadOf(kind: DrillKind['kind']): Promise<unknown> {
  let now = 0;
  const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
  const course = {
    phase: { ...failover, drill: { kind, from: 'a', to: 'b' } },
    context: { clock, journal: { append: () => undefined } },
    observers: {
      healthy: () => ({ ok: true }),
      ledger: () => ({ first: null, last: null, acknowledged: 0 }),
      streams: () => [],
    },
  } as unknown as Course;
  return await lead
    .run(course, { clock, signal: new AbortController().signal } as unknown as DriverContext)
    .catch((error: unknown) => error);
}

it.each(Object.keys(runbooks) as DrillKind['kind'][])(
  'writes that are not taken refuse a drill of kind %s, unless it has touched something by then',
  async (kind) => {
    const ended = await leadOf(kind);
    expect(String(ended)).toContain("the platform does not take the ledger's writes");
    expect(ended instanceof DrillRefused).toBe(kind !== 'failback');
  },
);

it('the plan of a failback does not say that it refuses what it has begun', () => {
  const refusing = (kind: 'failback' | 'switchover'): readonly string[] => {
    const drill =
      kind === 'failback'
        ? ({ kind, restore: 'x', from: 'b', to: 'a' } as const)
        : ({ kind, from: 'a', to: 'b' } as const);
    return describeDrill({ ...failover, drill }).filter((line) => /(lead|ready): .*refuse unless/.test(line));
  };
  expect(refusing('switchover')).toHaveLength(2);
  expect(refusing('failback')).toEqual([]);
});
