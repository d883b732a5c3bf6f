import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { BackupBehindRecord, DrillRecord, LedgerRecord, StepRecord } from '@ordeal/shared/record/record';
import { isReturn } from '@ordeal/shared/scenario/drill-parts';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { PromotionMark, UndoEntry } from '@ordeal/shared/undo/entry';
import type { Observers } from '../observers/observers.ts';
import type { SplitBrainWatch } from '../split-brain/watch.ts';
import { waitedBetween, type Waiting } from './approve.ts';
import type { LogPositions } from './log-positions.ts';
import type { ConfiguredTime } from './configured-times.ts';
import type { StoreAtRest } from './store-at-rest.ts';
import type { TakeoverWatch } from './takeover-watch.ts';
import { ObserverBroke, type DrillDeps, type DrillFault } from './drill.ts';
import type { Well } from './well.ts';

export type MilestoneName = keyof DrillRecord['decomposition'];

/** A drill under way: what its steps share, and what they leave for the record. */
export interface Course extends Waiting {
  readonly phase: DrillPhase;
  readonly deps: DrillDeps;
  /** Without its signal: each step is handed one that also ends with its own time. */
  readonly context: Omit<RunContext, 'signal'>;
  readonly steps: StepRecord[];
  readonly milestones: Map<MilestoneName, Bounds>;
  /** What the configuration says about how long things take, as it was read before anything was done. */
  readonly configured: ConfiguredTime[];
  /** How long a lease of the store lasts; undefined while it was not read, and where it has none. */
  leaseSeconds: number | undefined;
  /** Asks all nodes whether they take writes. */
  writers: SplitBrainWatch | undefined;
  observers: Observers | undefined;
  /** When the measured time before the fault began. */
  leadFrom: number | undefined;
  /** The moment of the fault, or of the planned start of a switchover. */
  t0: Bounds | undefined;
  /** The undo entry of the fault that takes the region away, while it is open. */
  entry: UndoEntry | undefined;
  /** Traffic was led away from the region, and not yet back. */
  drained: boolean;
  /** Of a store that chooses its primary by itself, in a drill that only observes. */
  takeover: TakeoverWatch | undefined;
  /** The store right before the fault, of a drill that only observes. */
  rest: StoreAtRest | undefined;
  /** How far it has come towards a new writer. It only ever moves on. */
  stage: 'untouched' | 'demoting' | 'no-return' | 'settled';
  /** Who has become the primary by itself. */
  heir: string | undefined;
  /** Within these bounds the fault was healed by a drill that goes on to look at clients behind that. */
  healed: Bounds | undefined;
  /** When clients were seen to have borne the healing. */
  borneAt: number | undefined;
  /** When recovery was confirmed, and what clients looked like then. */
  recovery: (Well & { readonly confirmedAt: number }) | undefined;
  /** Seconds after which recovery was no longer waited for. */
  givenUpAfter: number | undefined;
  /** When the run was ended under it. */
  stoppedAt: number | undefined;
  ledger: LedgerRecord | undefined;
  /** How far the store's logs were, where it was asked. */
  positions: LogPositions | undefined;
  /** Which backup there was to fall back on, once that was looked at. */
  backup: BackupBehindRecord | undefined;
}

/** What it takes to ask whether a drill may begin. */
export type Asked = Pick<Course, 'phase' | 'deps'> & {
  /** What is found is left here for the record. */
  backup?: Course['backup'];
};

/** Context for drivers. It speaks through the journal. */
export function driverContext(
  context: Pick<RunContext, 'clock' | 'journal'>,
  signal: AbortSignal,
): DriverContext {
  return {
    clock: context.clock,
    signal,
    say: (message) => void context.journal.append({ type: 'note', message }),
  };
}

/** The observers of a course that has started them. */
export function observersOf(course: Course): Observers {
  if (course.observers === undefined) throw new ObserverBroke('the observers were not started');
  return course.observers;
}

/** The fault of a drill that has one. */
export function faultOf({ deps, phase }: Course): DrillFault {
  if (deps.fault === undefined) throw new Error(`a drill of kind ${phase.drill.kind} has no fault`);
  return deps.fault;
}

/** The regions of a drill that moves the primary from one to the other. */
export function regionsOf({ drill }: Pick<DrillPhase, 'drill'>): {
  readonly from: string;
  readonly to: string;
} {
  if (drill.kind === 'observe') throw new Error('a drill that only observes moves nothing');
  return drill;
}

/** Milliseconds since the moment of the fault that it stood still for a person. */
export function waitedMs(course: Course, until: number): number {
  return course.t0 === undefined ? 0 : waitedBetween(course, course.t0.low, until);
}

/** Until the last of these was done nobody could write, or nobody had noticed anything. */
const holdUp: ReadonlySet<string> = new Set(['decide', 'drain', 'demote', 'fence', 'promote']);

/**
 * Of these milliseconds those by which the person has put recovery off for certain. Whoever was asked while the route
 * looked for dead servers, or clients came back already, has held up nothing; nor whoever was asked of a platform that
 * recovers by itself.
 */
export function heldUpMs(course: Course, recovered: Bounds): number {
  const { waits, phase } = course;
  if (phase.drill.kind === 'observe') return 0;
  const held = waits.filter(({ step, to }) => holdUp.has(step) && to <= recovered.low);
  return waitedMs({ ...course, waits: held }, recovered.low);
}

/** Rejects when an observer has died: nothing more can be measured. */
export function mustObserve(course: Course): void {
  const health = observersOf(course).healthy();
  if (!health.ok) throw new ObserverBroke(health.reason);
}

/** Writes a milestone into the journal and the record. */
export function reach(course: Course, name: MilestoneName, at: Bounds, detail: string): void {
  course.milestones.set(name, at);
  course.context.journal.append({ type: 'milestone', phase: course.phase.name, name, instant: at, detail });
}

/** Does something, and returns the bounds of the moment at which it took hold. */
export async function timed(course: Course, act: () => Promise<void>): Promise<Bounds> {
  const low = course.context.clock.now();
  await act();
  return { low, high: course.context.clock.now() };
}

/** Notes whether a condition holds. Returns what is wrong, in words, when it does not. */
export function noteCheck(
  { context, phase }: Course,
  name: string,
  held: boolean,
  detail: string,
): string | undefined {
  context.journal.append({ type: 'check', phase: phase.name, name, held, detail });
  return held ? undefined : `${name}: ${detail}`;
}

/** The same, and throws what is wrong. */
export function check(course: Course, name: string, held: boolean, detail: string): void {
  const wrong = noteCheck(course, name, held, detail);
  if (wrong !== undefined) throw new Error(wrong);
}

/**
 * Writes the promotion mark. Who writes, and what a person has to do if the run ends right here. With an `heir` the
 * writer is handing over to that.
 */
export function mark(
  course: Course,
  writer: string,
  fenced: readonly string[],
  nextStep: string,
  heir?: string,
): void {
  const { phase, context } = course;
  const before = context.undo.promotion(phase.store);
  const same = before?.drill === phase.name && before.writer === writer;
  const next: PromotionMark = {
    drill: phase.name,
    store: phase.store,
    requestedAt: same ? before.requestedAt : new Date(context.clock.wall()).toISOString(),
    writer,
    ...(heir === undefined ? {} : { heir }),
    fenced,
    nextStep,
    ...(heir === undefined || isReturn(phase.drill) ? {} : { unmoved: { route: phase.route } }),
    ...(endsWith(course, heir ?? writer) ? { final: { route: phase.route } } : {}),
  };
  context.undo.markPromotion(next);
}

/** What was lost, or evacuated, is still to be brought back. */
function endsWith({ phase: { drill }, deps }: Course, writer: string): boolean {
  const isMove = drill.kind === 'switchover' || drill.kind === 'failback' || drill.kind === 'return';
  return isMove && deps.nodeOf(drill.to) === writer;
}
