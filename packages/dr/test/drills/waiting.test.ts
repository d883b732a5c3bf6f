import { askToGoOn } from '../../src/drills/approve.ts';
import type { Course } from '../../src/drills/course.ts';
import { drillRecord } from '../../src/drills/drill-record.ts';
import type { OutageAnalysis } from '../../src/outage/outage.ts';
import { expect, it } from 'vitest';

const second = 1000;

/** A drill whose clients were well again after so many seconds, and the seconds at which a person was waited for. */
function rtoOf(
  kind: string,
  recovered: number,
  ...waits: readonly (readonly [step: string, from: number, to: number])[]
): { low: number; high: number | null } {
  const at = recovered * second;
  const analysis = {
    stream: 'write',
    recovered: { low: at - 100, high: at },
    flaps: 0,
    badMs: 0,
    outage: null,
  };
  return drillRecord({
    phase: { name: 'drill', drill: { kind }, targets: { rto: 60, rpo: 60 } },
    t0: { low: 0, high: 0 },
    waits: waits.map(([step, from, to]) => ({ step, from: from * second, to: to * second })),
    recovery: { analyses: [analysis as unknown as OutageAnalysis], confirmedAt: at + 10 * second },
    milestones: new Map([['recovered', { low: at - 100, high: at }]]),
    steps: [],
    approvals: [],
    configured: [],
  } as unknown as Course).rto;
}

it('what a person takes to decide is not in the recovery time', () => {
  expect(rtoOf('failover', 75, ['decide', 5, 65])).toMatchObject({ low: 14.9, high: 15 });
  expect(rtoOf('switchover', 75, ['promote', 5, 65])).toMatchObject({ low: 14.9, high: 15 });
});

it('who is asked while the platform goes on by itself has held up nothing', () => {
  // Detection takes its time beside the question before it.
  expect(rtoOf('failover', 75, ['detect', 1, 61])).toMatchObject({ low: 14.9, high: 75 });
  // Clients came back while somebody was asked whether to look at that.
  expect(rtoOf('failover', 30, ['recover', 10, 100])).toMatchObject({ low: 9.9, high: 30 });
  expect(rtoOf('failover', 30, ['promote', 10, 100])).toMatchObject({ high: 30 });
  // A platform that recovers by itself waits for nobody.
  expect(rtoOf('observe', 30, ['take over', 1, 61])).toMatchObject({ high: 30 });
});

it("what nobody answered until the run was ended is a person's time as well, and not how long clients waited", async () => {
  let now = 5 * second;
  const stop = new AbortController();
  const course = {
    phase: { name: 'drill', drill: { kind: 'failover' }, targets: { rto: 60, rpo: 60 } },
    context: { clock: { now: () => now, wall: () => now }, journal: { append: () => undefined } },
    t0: { low: 0, high: 0 },
    milestones: new Map(),
    waits: [],
    steps: [],
    approvals: [],
    configured: [],
  } as unknown as Course;
  const nobody = async (_: string, signal: AbortSignal): Promise<never> => {
    now += 300 * second;
    stop.abort(new Error('interrupted by SIGINT'));
    throw signal.reason;
  };
  await expect(askToGoOn(course, 'decide', 'Promote b?', nobody, stop.signal)).rejects.toThrow('SIGINT');
  course.stoppedAt = now;
  expect(drillRecord(course).stoppedAfter).toBe(5);
});
