import { MOST_VIRTUAL_USERS } from '@ordeal/load/shapes/black-hole';
import { startWorkload } from '@ordeal/load/start-workload';
import type { RunningWorkload, Workload } from '@ordeal/shared/load/workload';
import type { LoadPlace } from '@ordeal/shared/scenario/scenario';
import { LoadNotBegun } from '../load-not-begun.ts';
import type { Session } from '../session.ts';

/**
 * Begins a load where it is to run. Rejects with `LoadNotBegun`, or with the signal's reason when the run is aborted
 * meanwhile.
 */
export async function beginLoad(
  workload: Workload,
  on: LoadPlace | undefined,
  session: Session,
): Promise<RunningWorkload> {
  const { context, results } = session;
  try {
    const running = await start(workload, on, session);
    results.streams.push(running.stream);
    return running;
  } catch (error) {
    context.signal.throwIfAborted();
    throw new LoadNotBegun(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function start(
  workload: Workload,
  on: LoadPlace | undefined,
  { context, anchor, programs, certificates, loaded }: Session,
): Promise<RunningWorkload> {
  const { remoteWrite } = loaded.platform.generators ?? {};
  const settings = { anchor, ...(remoteWrite === undefined ? {} : { remoteWrite }) };
  if (on !== 'kubernetes') {
    return startWorkload(workload, { ...settings, certificates, k6: programs.k6 }, context);
  }
  const { kubernetes } = loaded.generators;
  // That a load on a cluster has one was checked when the scenario was read: this is a defect, not a user's mistake.
  if (kubernetes === undefined) throw new Error('the platform has no generators.kubernetes');
  // Most loads run here, and need no client for Kubernetes.
  const { startDistributed } = await import('@ordeal/load/distributed/start-distributed');
  return startDistributed(workload, { ...settings, operator: kubernetes }, context);
}

/** How many k6 share a load. */
export function generatorsOf(on: LoadPlace | undefined, { loaded }: Session): number {
  return on === 'kubernetes' ? (loaded.generators.kubernetes?.parallelism ?? 1) : 1;
}

/** How many virtual users there is room for: each runner is a machine like this one. */
export function mostUsers(on: LoadPlace | undefined, session: Session): number {
  return MOST_VIRTUAL_USERS * generatorsOf(on, session);
}
