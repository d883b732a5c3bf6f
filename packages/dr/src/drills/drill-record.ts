import type {
  DrillRecord,
  LedgerRecord,
  LogPositionsRecord,
  OutageRecord,
  WindowRecord,
} from '@ordeal/shared/record/record';
import { toWall } from '@ordeal/shared/time/clock';
import type { Bounds } from '@ordeal/shared/time/interval';
import { analyseOutage, type OutageAnalysis } from '../outage/outage.ts';
import { sessionsRecords } from '../outage/sessions.ts';
import { lastingOutage } from './lasting-outage.ts';
import { boundRecords } from './configured-times.ts';
import { heldUpMs, waitedMs, type Course } from './course.ts';
import { positionsRecord } from './log-positions.ts';
import { recoveryQuestion } from './stable.ts';
import { wellAfter } from './well.ts';

/** What the course left, as the record states it. Times count from the earliest moment the fault can have been. */
export function drillRecord(course: Course): Omit<DrillRecord, 'secondWitness' | 'failed' | 'writers'> {
  const { phase, t0 } = course;
  const analyses = analysesOf(course);
  const toTheEnd = course.healed === undefined ? analyses : analysesToTheEnd(course);
  return {
    name: phase.name,
    kind: phase.drill.kind,
    rto: rtoRecord(course, analyses),
    outages: t0 === undefined ? [] : analyses.map((one) => outageRecord(one, t0)),
    rpo: course.ledger ?? emptyLedger(phase.targets.rpo),
    steps: course.steps,
    flaps: Math.max(0, ...toTheEnd.map((one) => one.flaps)),
    badSeconds: Math.max(0, ...toTheEnd.map((one) => one.badMs)) / 1000,
    decomposition:
      t0 === undefined
        ? {}
        : Object.fromEntries([...course.milestones].map(([name, at]) => [name, secondsFrom(t0, at)])),
    waitedOnHuman: humanSeconds(course),
    approvals: course.approvals,
    ...sessionsOf(course),
    bounds: boundRecords(course),
    ...stoppedOf(course),
    ...(course.positions === undefined ? {} : { logPositions: logPositionsOf(course) }),
    ...(course.backup === undefined ? {} : { backup: course.backup }),
  };
}

/** The windows before, in and after the outage. They meet, and none is there that has not begun. */
export function drillWindows(course: Course, endedAt: number): readonly WindowRecord[] {
  const { phase, t0, leadFrom, recovery, deps } = course;
  if (t0 === undefined) return [];
  const iso = (at: number): string => new Date(toWall(deps.anchor, at)).toISOString();
  const window = (name: string, from: number, to: number): WindowRecord => ({
    name: `${phase.name}/${name}`,
    phase: phase.name,
    from: iso(from),
    to: iso(to),
    monotonicFrom: from,
    monotonicTo: to,
  });
  const before = leadFrom === undefined ? [] : [window('before', leadFrom, t0.low)];
  const recovered = recovery === undefined ? undefined : course.milestones.get('recovered')?.high;
  if (recovery === undefined || recovered === undefined) {
    return [...before, window('outage', t0.low, endedAt)];
  }
  return [
    ...before,
    window('outage', t0.low, recovered),
    window('after', recovered, course.borneAt ?? recovery.confirmedAt),
  ];
}

/** The streams as they were when recovery was confirmed, or as they are now. */
function analysesOf(course: Course): readonly OutageAnalysis[] {
  const { t0, recovery, observers } = course;
  if (recovery !== undefined) return recovery.analyses;
  if (t0 === undefined || observers === undefined) return [];
  const question = recoveryQuestion(course, t0);
  return observers.streams().map((stream) => lastingOutage(stream, question));
}

/** Behind the healing as well: what comes back then may break clients anew. */
function analysesToTheEnd({ phase, deps, leaseSeconds, t0, observers }: Course): readonly OutageAnalysis[] {
  if (t0 === undefined || observers === undefined) return [];
  const question = recoveryQuestion({ phase, deps, leaseSeconds }, t0);
  return observers.streams().map((stream) => analyseOutage(stream, question));
}

/** Recovery that the runbook did not confirm in time has no upper bound, whatever the streams did later. */
function rtoRecord(course: Course, analyses: readonly OutageAnalysis[]): DrillRecord['rto'] {
  const { t0, phase, recovery, givenUpAfter } = course;
  const target = phase.targets.rto;
  if (t0 === undefined) return { low: 0, high: null, target };
  const { low, high } = wellAfter(recovery ?? { analyses }, t0);
  // Waiting for a person is told apart: how long somebody takes to decide is not the platform's time.
  const waited = waitedMs(course, t0.low + high);
  const held = heldUpMs(course, { low: t0.low + low, high: t0.low + high });
  return {
    low: Math.max(0, low - waited) / 1000,
    high: recovery === undefined ? null : Math.max(0, high - held) / 1000,
    target,
    ...(givenUpAfter === undefined ? {} : { givenUpAfter }),
  };
}

function sessionsOf({ t0, observers, context }: Course): Pick<DrillRecord, 'sessions'> {
  if (t0 === undefined || observers === undefined) return {};
  const sessions = sessionsRecords(observers.streams(), t0, context.clock.now());
  return sessions.length === 0 ? {} : { sessions };
}

function logPositionsOf(course: Course): LogPositionsRecord {
  const { drill } = course.phase;
  const { nodeOf } = course.deps;
  const heir = drill.kind === 'observe' ? undefined : nodeOf(drill.to);
  return positionsRecord(course, { primary: nodeOf(drill.from), heir });
}

/** How long somebody took to decide is not the platform's time. */
function stoppedOf(course: Course): Pick<DrillRecord, 'stoppedAfter'> {
  const { t0, stoppedAt } = course;
  if (stoppedAt === undefined) return {};
  if (t0 === undefined) return { stoppedAfter: null };
  return { stoppedAfter: Math.max(0, stoppedAt - t0.low - waitedMs(course, stoppedAt)) / 1000 };
}

function humanSeconds(course: Course): number {
  return waitedMs(course, course.milestones.get('recovered')?.high ?? Infinity) / 1000;
}

function outageRecord(one: OutageAnalysis, t0: Bounds): OutageRecord {
  return {
    stream: one.stream,
    attempts: one.attempts,
    bad: one.bad,
    outage:
      one.outage === null
        ? null
        : {
            low: one.outage.low / 1000,
            high: Number.isFinite(one.outage.high) ? one.outage.high / 1000 : null,
          },
    firstSuccessSeconds: one.firstSuccess === null ? null : (one.firstSuccess - t0.low) / 1000,
    latenessMs: one.lateness,
    missedTicks: one.missedTicks,
  };
}

function secondsFrom(t0: Bounds, at: Bounds): Bounds {
  return { low: Math.max(0, at.low - t0.low) / 1000, high: (at.high - t0.low) / 1000 };
}

/** A ledger that was never read: nothing acknowledged, so it decides nothing. */
function emptyLedger(target: number): LedgerRecord {
  return {
    seconds: 0,
    atLeast: false,
    lost: 0,
    acknowledged: 0,
    stale: 0,
    duplicate: 0,
    phantom: 0,
    resurrected: 0,
    corrupt: 0,
    unresolved: 0,
    recovered: 0,
    holes: 0,
    lostAfterFault: 0,
    resolutionSeconds: 0,
    target,
    recoveryPoint: null,
  };
}
