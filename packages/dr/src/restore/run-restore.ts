import { BackupBroken } from '@ordeal/shared/drivers/backup';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RestoreRecord, WindowRecord } from '@ordeal/shared/record/record';
import { toWall } from '@ordeal/shared/time/clock';
import { DeadlineExceeded, within } from '@ordeal/shared/time/deadline';
import { GuardianGone } from '@ordeal/shared/undo/guarded-ledger';
import { endStep } from '../runbook/end-step.ts';
import { givenTime } from '../runbook/given-time.ts';
import { timesInWords } from '../runbook/step-times.ts';
import { askBefore, askToGoOn } from '../drills/approve.ts';
import {
  brokenIn,
  driverContextOf,
  note,
  RestoreRefused,
  type RestoreCourse,
  type RestoreDeps,
} from './course.ts';
import { ageCheck, restoreRecord, scheduleCheck, timeCheck } from './restore-record.ts';
import { restoresSomething, type RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import { WrongSource } from './steps/choose-backup.ts';
import { stepsOf } from './steps/runbook.ts';
import type { RestoreStep } from './steps/step.ts';
import { timesOf } from './steps/step-times.ts';
import { takeAllAway, takeAway } from './steps/take-away.ts';

/** What a restore has come to. */
export interface RestoreOutcome {
  readonly record: RestoreRecord;
  /** Why it was not begun; empty when it was. */
  readonly refused: readonly string[];
  /** From the start of the restore until it was proven or given up; absent when it was not begun. */
  readonly window?: WindowRecord;
  /** Why a ledger decides nothing although it should; the backup may be well all the same. */
  readonly observersBroke?: string;
}

/**
 * Runs a restore by its runbook. It resolves whatever happens: after a step that fails, or an abort, the steps behind
 * it are skipped, and what was made is taken away. What could not be taken away stays open in the undo ledger.
 */
export async function runRestore(
  phase: RestorePhase,
  deps: RestoreDeps,
  context: RunContext,
): Promise<RestoreOutcome> {
  const course: RestoreCourse = {
    phase,
    deps,
    context,
    steps: [],
    checks: [],
    approvals: [],
    waits: [],
    expected: deps.settings.source.database === undefined ? {} : { database: deps.settings.source.database },
    copy: undefined,
    taking: undefined,
    own: undefined,
    ownLedger: undefined,
    observersBroke: undefined,
    target: undefined,
    markers: undefined,
    restored: undefined,
    replayed: undefined,
    content: undefined,
    pointInTime: undefined,
    chosenAt: undefined,
    startedAt: undefined,
    answeredAt: undefined,
    provenAt: undefined,
    givenUpAt: undefined,
    stoppedAt: undefined,
    reach: undefined,
    archiving: undefined,
    schedule: undefined,
  };
  const failure = await runSteps(course, stepsOf(phase));
  const wasStopped = failure !== undefined && context.signal.aborted;
  // What was found to be broken by then is proven, whoever has ended the rest.
  const broken = wasStopped ? brokenIn(course) : '';
  if (wasStopped && broken === '') course.stoppedAt = context.clock.now();
  const endedAt = course.provenAt ?? context.clock.now();
  if (restoresSomething(phase)) await takeAllAway(course);
  const refused = refusalsIn(failure);
  if (refused.length === 0 && course.copy !== undefined) {
    const afterwards = [ageCheck(course), timeCheck(course), scheduleCheck(course)];
    note(course, ...afterwards.filter((one) => one !== undefined));
  }
  const window = windowOf(course, endedAt);
  if (window !== undefined) context.journal.append({ type: 'window-closed', window });
  return {
    record: restoreRecord(
      course,
      endedAt,
      failure && `${failure.step}: ${failure.message}${broken === '' ? '' : `; found by then: ${broken}`}`,
    ),
    refused,
    ...(window === undefined ? {} : { window }),
    ...(course.observersBroke === undefined ? {} : { observersBroke: course.observersBroke }),
  };
}

/** Why it was not begun. That nobody would take away what it makes is known before it is made, and no fault of the backup. */
function refusalsIn(failure: Failure | undefined): readonly string[] {
  if (failure?.error instanceof RestoreRefused) return failure.error.reasons;
  return failure?.error instanceof GuardianGone ? [failure.message] : [];
}

/** What a restore would do, step by step, without doing any of it. */
export function describeRestore(phase: RestorePhase): readonly string[] {
  const { rto, rpo } = phase.targets;
  const restores = restoresSomething(phase);
  return [
    ...[...stepsOf(phase), ...(restores ? [takeAway] : [])].map(
      ({ name, plan }, index) => `${index + 1}. ${name}: ${plan(phase)}${timesInWords(timesOf(name, phase))}`,
    ),
    restores
      ? `Targets: restored and proven in ${rto} s, at most ${rpo} s lost. It is given up after ${phase.deadline} s.`
      : `Target: at most ${rpo} s would be lost. Nothing is restored.`,
  ];
}

interface Failure {
  readonly step: string;
  readonly error: unknown;
  readonly message: string;
}

async function runSteps(course: RestoreCourse, steps: readonly RestoreStep[]): Promise<Failure | undefined> {
  const { phase, context } = course;
  const { clock, journal, signal } = context;
  let until = clock.now() + phase.deadline * 1000;
  const now = (): string => new Date(clock.wall()).toISOString();
  let failure: Failure | undefined;
  for (const step of steps) {
    const { target, timeout } = timesOf(step.name, phase);
    const startedAt = now();
    const end = (outcome: 'done' | 'failed' | 'skipped', detail: string): void =>
      endStep(course, { name: step.name, startedAt, target, outcome, detail });
    if (failure !== undefined) {
      end('skipped', `${failure.step} failed`);
      continue;
    }
    journal.append({ type: 'step-started', phase: phase.name, step: step.name, targetSeconds: target });
    try {
      signal.throwIfAborted();
      // How long somebody takes to decide is not the restore's time.
      until += (await mayGoOn(course, step)) * 1000;
      const detail = await within(clock, until - clock.now(), step.name, signal, (ending) =>
        givenTime(clock, timeout, ending, (over) => step.run(course, driverContextOf(course, over))),
      );
      end('done', detail);
    } catch (error) {
      const message = signal.aborted ? `stopped: ${reasonOf(signal.reason)}` : reasonOf(error);
      const found = signal.aborted ? undefined : foundBy(error);
      if (found !== undefined) note(course, { ...found, outcome: 'broken' });
      // What a step gives itself is its own: that is over sooner.
      if (error instanceof DeadlineExceeded && clock.now() >= until) course.givenUpAt = clock.now();
      failure = { step: step.name, error, message };
      end('failed', message);
    }
  }
  return failure;
}

/** Asks whoever is to be asked before a step. Returns the seconds that took; rejects when the answer is no. */
async function mayGoOn(course: RestoreCourse, step: RestoreStep): Promise<number> {
  const { asking } = course.deps;
  const { signal } = course.context;
  const question = step.asks?.(course);
  if (question === undefined) {
    return await askBefore(
      course,
      { name: step.name, plan: step.plan(course.phase) },
      asking?.beforeStep,
      signal,
    );
  }
  return (await askToGoOn(course, step.name, question, asking?.approve, signal)).waitedSeconds;
}

/** The check that an error stands for, so that it is named in the record. */
function foundBy(error: unknown): { readonly name: string; readonly detail: string } | undefined {
  const detail = reasonOf(error);
  if (error instanceof RestoreRefused) return undefined;
  if (error instanceof WrongSource) return error.check;
  if (/No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/.test(detail)) {
    return { name: 'room in the place', detail };
  }
  return error instanceof BackupBroken ? { name: error.check, detail } : undefined;
}

function windowOf(course: RestoreCourse, to: number): WindowRecord | undefined {
  const { phase, deps, startedAt: from } = course;
  if (from === undefined) return undefined;
  const iso = (at: number): string => new Date(toWall(deps.anchor, at)).toISOString();
  return {
    name: `${phase.name}/restore`,
    phase: phase.name,
    from: iso(from),
    to: iso(to),
    monotonicFrom: from,
    monotonicTo: to,
  };
}
