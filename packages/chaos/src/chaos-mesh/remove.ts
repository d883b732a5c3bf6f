import type { CallOptions } from './cluster.ts';
import { nameOf, type ChaosMeshClient, type ObjectRef } from './client.ts';
import { ApiError, isFailure, mayPass } from './failure.ts';
import { describeState } from './fault-state.ts';
import { CLEAN_FINALIZER } from './labels.ts';
import { pauseAfter } from './persist.ts';
import type { FaultKind } from './types/kinds.ts';
import { readFault, type Patience } from './watch-fault.ts';

/** What was done to get rid of an object, in this order. */
export type RemovalStep = 'deleted' | 'cleanup forced' | 'finalizers removed';

/** What has become of an object that was to go. */
export type Removal =
  /** There was none. */
  | { readonly is: 'absent' }
  /** It recovered, and is gone. */
  | { readonly is: 'gone'; readonly steps: readonly RemovalStep[] }
  /**
   * It is gone after its cleanup was forced or its finalizers were removed, and was last seen to be in at these
   * targets. Nobody will recover it there any more.
   */
  | { readonly is: 'abandoned'; readonly steps: readonly RemovalStep[]; readonly left: readonly string[] }
  /** It is still there. */
  | { readonly is: 'left'; readonly steps: readonly RemovalStep[]; readonly why: string };

export interface RemovalSettings extends Patience {
  /**
   * Milliseconds from the deletion to the forced cleanup; default 10,000, Infinity for never. Recovering takes a
   * second or two. What is forced may be abandoned half-way: an application that succeeds just then is not taken
   * out again.
   */
  readonly forceAfterMs?: number;
  /**
   * Milliseconds from the deletion to the removal of the finalizers. Without it they are never removed: that
   * abandons whatever is still injected.
   */
  readonly removeFinalizersAfterMs?: number;
  readonly say?: (message: string) => void;
}

const LOOK_EVERY_MS = 250;
const FORCE_AFTER_MS = 10_000;

/**
 * Gets rid of a fault: deletes it, waits until Chaos Mesh has recovered it, and escalates step by step when that
 * does not come. Idempotent; goes on through an API server that is away, overloaded or restarted, until `until`.
 * Rejects when it cannot be told what has become of the object.
 */
export async function removeFault(
  client: ChaosMeshClient,
  ref: ObjectRef<FaultKind>,
  settings: RemovalSettings,
): Promise<Removal> {
  const { clock, signal, until, forceAfterMs = FORCE_AFTER_MS, removeFinalizersAfterMs } = settings;
  const options: CallOptions = signal === undefined ? {} : { signal };
  const steps: RemovalStep[] = [];
  const say = settings.say ?? (() => undefined);
  let uid: string | undefined;
  let deletedAt: number | undefined;
  let left: readonly string[] = [];
  let forced = false;
  let why = '';
  const take = (step: RemovalStep): void => {
    if (steps.includes(step)) return;
    steps.push(step);
    say(`${nameOf(ref)}: ${step}${why === '' ? '' : ` (${why})`}`);
  };
  for (;;) {
    let pause = LOOK_EVERY_MS;
    try {
      const seen = await readFault(client, ref, options);
      // Another object has taken the name: the one that was to go is gone.
      if (uid !== undefined && seen.uid !== uid) return gone(steps, forced, left);
      uid = seen.uid;
      const own = { ...ref, uid };
      const { state } = seen;
      why = describeState(state);
      left = 'left' in state ? state.left : [];
      // Also by somebody else, or by an earlier attempt.
      forced ||= seen.object.metadata.annotations?.[CLEAN_FINALIZER] === 'forced';
      if (state.is === 'deleting' || state.is === 'stuck') {
        deletedAt ??= clock.now();
        const waited = clock.now() - deletedAt;
        if (removeFinalizersAfterMs !== undefined && waited >= removeFinalizersAfterMs) {
          forced = true;
          await client.removeFinalizers(own, options);
          take('finalizers removed');
        } else if (waited >= forceAfterMs && !steps.includes('cleanup forced')) {
          forced = true;
          await client.forceCleanup(own, options);
          take('cleanup forced');
        }
      } else {
        await client.delete(own, options);
        why = '';
        take('deleted');
        deletedAt = clock.now();
        pause = 50;
      }
    } catch (error) {
      if (isFailure(error, 'not-found'))
        return uid === undefined ? { is: 'absent' } : gone(steps, forced, left);
      // Between the look and the deed another object took the name, or ours was changed: look again.
      const again = isFailure(error, 'conflict') || (error instanceof ApiError && mayPass(error.failure));
      if (!again) throw error;
      why = error.message;
      pause = pauseAfter(error);
      if (clock.now() + pause > until && uid === undefined) throw error;
    }
    if (clock.now() + pause > until) return { is: 'left', steps, why };
    await clock.sleep(pause, signal);
  }
}

function gone(steps: readonly RemovalStep[], forced: boolean, left: readonly string[]): Removal {
  return forced && left.length > 0 ? { is: 'abandoned', steps, left } : { is: 'gone', steps };
}
