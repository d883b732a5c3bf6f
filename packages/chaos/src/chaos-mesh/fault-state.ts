import { CLEAN_FINALIZER } from './labels.ts';
import { isOneShot, type FaultSpec } from './one-shot.ts';
import type { ContainerRecord, ExperimentStatus, RecordEvent } from './types/common.ts';

/** A fault object, as far as its state is read from it. */
export type FaultObject = FaultSpec & {
  readonly metadata: {
    readonly deletionTimestamp?: unknown;
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly experiment: ExperimentStatus };
};

/** The part of an event about the object that is read here. */
export interface ObjectEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What has become of a fault. `why` is the newest thing that Chaos Mesh has said about it, if anything. */
export type FaultState =
  /** On its way in, or not looked at yet. */
  | { readonly is: 'pending'; readonly why?: string }
  /** In at every target. */
  | { readonly is: 'injected' }
  /** A one-shot action that was done at every target. It stays in this state until it is deleted. */
  | { readonly is: 'done' }
  /** Applying it fails at some targets. Chaos Mesh tries again, with ever longer pauses and without an end. */
  | { readonly is: 'failing'; readonly failing: readonly string[]; readonly why: string }
  /** The selector hit nothing. Chaos Mesh does not look again. */
  | { readonly is: 'no-target'; readonly why: string }
  /** On its way out: its duration is over, or it is paused. */
  | { readonly is: 'recovering'; readonly left: readonly string[]; readonly why?: string }
  /** Out at every target; the object is still there. */
  | { readonly is: 'recovered' }
  /** Being deleted. */
  | { readonly is: 'deleting'; readonly left: readonly string[]; readonly why?: string }
  /** Being deleted, and recovering fails: without help it may stay for ever. */
  | {
      readonly is: 'stuck';
      readonly left: readonly string[];
      readonly finalizers: readonly string[];
      readonly why: string;
    };

/**
 * Judges a fault from its desired phase and its records. The conditions are never read: they lag one reconcile
 * behind the records, and `AllRecovered` is also true when every attempt to inject has failed. `events` are those
 * about this object, oldest first; they are needed only while it has no records.
 */
export function faultState(object: FaultObject, events: readonly ObjectEvent[] = []): FaultState {
  const experiment = object.status?.experiment;
  const records = experiment?.containerRecords ?? [];
  const deleted = object.metadata.deletionTimestamp !== undefined;
  // Only what is `Not Injected` without an appendix is out: `Not Injected/Wait` has begun to be applied.
  const inTargets = records.filter(({ phase }) => phase !== 'Not Injected').map(({ id }) => id);
  if (deleted) return leaving(object, records, inTargets, events);
  if (experiment?.desiredPhase === 'Stop') {
    if (records.length > 0 && inTargets.length === 0) return { is: 'recovered' };
    if (records.length > 0) return { is: 'recovering', left: inTargets, ...newestWords(records, events) };
    // It was stopped before it had any target, and can have none any more.
    return { is: 'recovered' };
  }
  if (records.length === 0) return withoutRecords(experiment, events);
  const missing = records.filter(({ phase }) => phase !== 'Injected');
  if (missing.length === 0 && experiment?.desiredPhase === 'Run') {
    return { is: isOneShot(object) ? 'done' : 'injected' };
  }
  const failing = missing.filter((record) => lastFailed(record, 'Apply') !== undefined);
  if (failing.length > 0) {
    return {
      is: 'failing',
      failing: failing.map(({ id }) => id),
      why: failing
        .map((record) => `${record.id}: ${lastFailed(record, 'Apply')?.message ?? 'no reason given'}`)
        .join('; '),
    };
  }
  return { is: 'pending', ...newestWords(records, events) };
}

function withoutRecords(
  experiment: ExperimentStatus | undefined,
  events: readonly ObjectEvent[],
): FaultState {
  const warning = newestWarning(events);
  if (warning === undefined) return { is: 'pending' };
  if (/no pod is selected|no target|no physical ?machine|no container/i.test(warning)) {
    return { is: 'no-target', why: warning };
  }
  // The selection itself failed, for instance in a namespace that is out of the controller's reach.
  return experiment === undefined
    ? { is: 'pending', why: warning }
    : { is: 'failing', failing: [], why: warning };
}

function leaving(
  object: FaultObject,
  records: readonly ContainerRecord[],
  left: readonly string[],
  events: readonly ObjectEvent[],
): FaultState {
  // What had begun to be applied must be in before it can be taken out: so a failing `Apply` blocks as well.
  const blocked = records.filter(
    (record) =>
      record.phase !== 'Not Injected' && (lastFailed(record, 'Recover') ?? lastFailed(record, 'Apply')),
  );
  if (blocked.length === 0) return { is: 'deleting', left, ...newestWords(records, events) };
  const forced = object.metadata.annotations?.[CLEAN_FINALIZER] === 'forced' ? ' (cleanup was forced)' : '';
  return {
    is: 'stuck',
    left,
    finalizers: object.metadata.finalizers ?? [],
    why: `${blocked.map(({ id, events: own = [] }) => `${id}: ${newest(own)?.message ?? 'no reason given'}`).join('; ')}${forced}`,
  };
}

/** The newest thing that happened to a target, if it was a failed one of this kind. */
function lastFailed(record: ContainerRecord, operation: 'Apply' | 'Recover'): RecordEvent | undefined {
  const last = newest(record.events ?? []);
  return last?.type === 'Failed' && last.operation === operation ? last : undefined;
}

function newest(events: readonly RecordEvent[]): RecordEvent | undefined {
  return events.toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp)).at(-1);
}

function newestWarning(events: readonly ObjectEvent[]): string | undefined {
  return events.findLast(({ type }) => type === 'Warning')?.message;
}

function newestWords(
  records: readonly ContainerRecord[],
  events: readonly ObjectEvent[],
): { readonly why?: string } {
  const failed = records.map((record) => newest(record.events ?? [])).find((one) => one?.type === 'Failed');
  const text = failed?.message ?? newestWarning(events);
  return text === undefined ? {} : { why: text };
}

/** The state as a sentence for people. */
export function describeState(state: FaultState): string {
  switch (state.is) {
    case 'pending':
      return `not injected yet${because(state.why)}`;
    case 'injected':
      return 'injected';
    case 'done':
      return 'done; its object is still there';
    case 'failing':
      return `cannot be injected${because(state.why)}`;
    case 'no-target':
      return `hits nothing${because(state.why)}`;
    case 'recovering':
      return `being recovered, still in at ${state.left.join(', ')}${because(state.why)}`;
    case 'recovered':
      return 'recovered; its object is still there';
    case 'deleting':
      return `being deleted${stillIn(state.left)}${because(state.why)}`;
    case 'stuck':
      return `being deleted and stuck${stillIn(state.left)}, held by ${state.finalizers.join(', ') || 'no finalizer'}${because(state.why)}`;
  }
}

function stillIn(left: readonly string[]): string {
  return left.length === 0 ? '' : `, still in at ${left.join(', ')}`;
}

function because(why: string | undefined): string {
  return why === undefined ? '' : ` (${why})`;
}
