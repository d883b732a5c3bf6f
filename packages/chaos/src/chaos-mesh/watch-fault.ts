import type { Clock } from '@ordeal/shared/time/clock';
import type { CallOptions } from './cluster.ts';
import type { ChaosMeshClient, ObjectRef } from './client.ts';
import { ApiError, mayPass } from './failure.ts';
import { describeState, faultState, type FaultObject, type FaultState } from './fault-state.ts';
import { pauseAfter } from './persist.ts';
import type { ContainerRecord } from './types/common.ts';
import type { FaultKind } from './types/kinds.ts';

export interface Patience {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Monotonic ms. */
  readonly until: number;
}

/** A target's record, and the instant (monotonic ms) at which it was first seen to be injected. */
export interface SeenRecord {
  readonly record: ContainerRecord;
  readonly at: number;
}

export interface Injected {
  readonly state: Extract<FaultState, { is: 'injected' | 'done' }>;
  readonly records: readonly SeenRecord[];
}

const LOOK_EVERY_MS = 250;

/** Reads a fault and judges it. Its events are asked for only where the object itself does not tell enough. */
export async function readFault(
  client: ChaosMeshClient,
  ref: ObjectRef<FaultKind>,
  options: CallOptions,
): Promise<{ readonly object: FaultObject; readonly uid: string; readonly state: FaultState }> {
  const found = await client.get(ref, options);
  const uid = found.metadata.uid ?? '';
  const object = found as FaultObject;
  const state = faultState(object);
  if (state.is !== 'pending' && state.is !== 'deleting') return { object, uid, state };
  const events = await client.events({ ...ref, uid }, options).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    // Without the right to read events a fault without targets shows as one that never gets in.
    if (error instanceof ApiError) return [];
    throw error;
  });
  return { object, uid, state: faultState(object, events) };
}

/**
 * Waits until a fault is in at every target. Looks again and again: a watch would tell sooner by some hundred
 * milliseconds, and would be silent about its own death. Rejects when the fault can no longer get in, when it is
 * gone, or when the time is over; what has failed until then is in the message.
 */
export async function untilInjected(
  client: ChaosMeshClient,
  ref: ObjectRef<FaultKind>,
  { clock, signal, until }: Patience,
): Promise<Injected> {
  const options: CallOptions = signal === undefined ? {} : { signal };
  const seen = new Map<string, SeenRecord>();
  let last = 'nothing was seen of it';
  for (;;) {
    let pause = LOOK_EVERY_MS;
    try {
      const { object, state } = await readFault(client, ref, options);
      const now = clock.now();
      for (const record of object.status?.experiment.containerRecords ?? []) {
        const key = `${record.selectorKey} ${record.id}`;
        if (record.phase === 'Injected') seen.set(key, { record, at: seen.get(key)?.at ?? now });
      }
      if (state.is === 'injected' || state.is === 'done') return { state, records: [...seen.values()] };
      last = describeState(state);
      if (state.is !== 'pending' && state.is !== 'failing') throw new Error(`${wordsOf(ref)} is ${last}.`);
    } catch (error) {
      if (!(error instanceof ApiError) || !mayPass(error.failure)) throw error;
      last = error.message;
      pause = pauseAfter(error);
    }
    if (clock.now() + pause > until) throw new Error(`${wordsOf(ref)} is not in after its time: ${last}.`);
    await clock.sleep(pause, signal);
  }
}

function wordsOf({ kind, name }: ObjectRef): string {
  return `${kind} ${name}`;
}
