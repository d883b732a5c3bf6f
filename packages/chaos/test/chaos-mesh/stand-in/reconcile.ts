import { isOneShot } from '../../../src/chaos-mesh/one-shot.ts';
import type { ChaosCondition, ContainerRecord, RecordEvent } from '../../../src/chaos-mesh/types/common.ts';
import { CLEAN_FINALIZER, PAUSE } from '../../../src/chaos-mesh/labels.ts';
import type { FaultObject } from '../../../src/chaos-mesh/fault-state.ts';
import type { Fault, World } from './world.ts';

export const FINALIZER = 'chaos-mesh/records';
/** Kinds that are applied in two steps, through the object of a pod that a daemon carries out. */
const TWO_STEPS = ['NetworkChaos', 'IOChaos', 'HTTPChaos'];
const MAX_EVENTS = 100;

/** What one pass over an object has come to. */
export interface Pass {
  readonly patch?: {
    readonly metadata?: { readonly finalizers: readonly string[] };
    readonly status?: unknown;
  };
  readonly events: readonly {
    readonly type: 'Normal' | 'Warning';
    readonly reason: string;
    message: string;
  }[];
}

/**
 * One pass as the controllers of Chaos Mesh 2.8 make it: finalizer, desired phase, conditions, records, and last the
 * cleaning of the finalizers. So the conditions lag one pass behind the records; and a pass whose records fail
 * never comes to the finalizers, whatever an annotation says.
 */
export async function reconcile(
  object: FaultObject & { readonly metadata: { readonly creationTimestamp?: unknown } },
  fault: Fault,
  world: World,
  now: number,
  selectedBefore: boolean,
): Promise<Pass> {
  const events: Pass['events'][number][] = [];
  const deleted = object.metadata.deletionTimestamp !== undefined;
  let finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) {
    // Nothing is applied before the finalizer is stored: the object could be gone before it was recovered.
    if (deleted) return { events };
    const message = 'Finalizer has been inited';
    return {
      patch: { metadata: { finalizers: [...finalizers, FINALIZER] } },
      events: [{ type: 'Normal', reason: 'FinalizerInited', message }],
    };
  }

  const before = object.status?.experiment;
  const paused = object.metadata.annotations?.[PAUSE] === 'true';
  const stop = deleted || (!isOneShot(object) && (paused || isOver(object, now)));
  const desiredPhase = stop ? 'Stop' : 'Run';
  if (stop && before?.desiredPhase === 'Run') {
    events.push({
      type: 'Normal',
      reason: deleted ? 'Deleted' : paused ? 'Paused' : 'TimeUp',
      message: deleted ? 'Experiment has been deleted' : 'Time up according to the duration',
    });
  }

  const old = before?.containerRecords ?? [];
  const conditions = conditionsOf(old, paused);

  let records = old;
  let failed = false;
  if (records.length === 0) {
    const targets = stop || selectedBefore ? [] : await world.targets(fault);
    if (targets.length === 0 && !stop && !selectedBefore) {
      events.push({
        type: 'Warning',
        reason: 'Failed',
        message: 'Failed to select targets: no pod is selected',
      });
    }
    records = targets.map((id) => ({
      id,
      selectorKey: '.',
      phase: 'Not Injected',
      injectedCount: 0,
      recoveredCount: 0,
    }));
  }
  const acted: ContainerRecord[] = [];
  for (const record of records) {
    const operation = operationOf(record.phase, desiredPhase);
    if (operation === undefined) {
      acted.push(record);
      continue;
    }
    const next = await act(record, operation, fault, world, now);
    failed ||= next.failure !== undefined;
    if (next.failure !== undefined) {
      events.push({
        type: 'Warning',
        reason: 'Failed',
        message: `Failed to ${operation.toLowerCase()} chaos: ${next.failure}`,
      });
    }
    acted.push(next.record);
  }

  const out = acted.every(({ phase }) => phase === 'Not Injected');
  const forced = object.metadata.annotations?.[CLEAN_FINALIZER] === 'forced';
  // The whole list: other parties' finalizers go with it.
  if (deleted && !failed && (out || forced)) finalizers = [];

  const status = { conditions, experiment: { desiredPhase, containerRecords: acted } };
  const patch = {
    ...(same(finalizers, object.metadata.finalizers ?? []) ? {} : { metadata: { finalizers } }),
    ...(same(status, object.status) ? {} : { status }),
  };
  return { events, ...(Object.keys(patch).length === 0 ? {} : { patch }) };
}

async function act(
  record: ContainerRecord,
  operation: 'Apply' | 'Recover',
  fault: Fault,
  world: World,
  now: number,
): Promise<{ readonly record: ContainerRecord; readonly failure?: string }> {
  const from = operation === 'Apply' ? 'Not Injected' : 'Injected';
  if (TWO_STEPS.includes(fault.kind) && record.phase === from) {
    return { record: { ...record, phase: `${from}/Wait` } };
  }
  const failure = await world.act(fault, record.id, operation);
  const event: RecordEvent = {
    type: failure === undefined ? 'Succeeded' : 'Failed',
    operation,
    timestamp: new Date(now).toISOString(),
    ...(failure === undefined ? {} : { message: failure }),
  };
  const events = [...(record.events ?? []), event].slice(-MAX_EVENTS);
  if (failure !== undefined) return { record: { ...record, events }, failure };
  return {
    record: {
      ...record,
      events,
      phase: operation === 'Apply' ? 'Injected' : 'Not Injected',
      injectedCount: record.injectedCount + (operation === 'Apply' ? 1 : 0),
      recoveredCount: record.recoveredCount + (operation === 'Recover' ? 1 : 0),
    },
  };
}

/** What has begun is finished first, whatever is wanted by now. */
function operationOf(phase: string, desired: 'Run' | 'Stop'): 'Apply' | 'Recover' | undefined {
  if (phase === 'Not Injected/Wait') return 'Apply';
  if (phase === 'Injected/Wait') return 'Recover';
  if (phase === 'Not Injected' && desired === 'Run') return 'Apply';
  if (phase === 'Injected' && desired === 'Stop') return 'Recover';
  return undefined;
}

/** Of the records as they were before this pass. */
function conditionsOf(records: readonly ContainerRecord[], paused: boolean): readonly ChaosCondition[] {
  const is = (type: string, yes: boolean): ChaosCondition => ({ type, status: yes ? 'True' : 'False' });
  return [
    is('AllRecovered', records.length > 0 && records.every(({ phase }) => phase === 'Not Injected')),
    is('Selected', records.length > 0),
    is('Paused', paused),
    is('AllInjected', records.length > 0 && records.every(({ phase }) => phase === 'Injected')),
  ];
}

/** From the creation on, not from the injection. A duration that cannot be read never ends. */
function isOver(
  { spec, metadata }: FaultObject & { readonly metadata: { readonly creationTimestamp?: unknown } },
  now: number,
): boolean {
  const duration = 'duration' in spec ? /^(\d+)(ms|s|m|h)$/.exec(spec.duration ?? '') : null;
  if (duration === null) return false;
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[duration[2] as 'ms' | 's' | 'm' | 'h'];
  return now >= Date.parse(String(metadata.creationTimestamp)) + Number(duration[1]) * unit;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
