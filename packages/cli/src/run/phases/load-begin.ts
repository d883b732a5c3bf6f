import { startWorkload } from '@ordeal/load/start-workload';
import type { RunningWorkload, Workload } from '@ordeal/shared/load/workload';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Session } from '../session.ts';

/**
 * A load did not begin: a journey has a mistake, or the generator did not come up. That says nothing of the platform,
 * and is no defect of the suite's.
 */
export class LoadNotBegun extends Error {}

/** Begins a load. Rejects with `LoadNotBegun`, or with the signal's reason when the run is aborted meanwhile. */
export async function beginLoad(workload: Workload, session: Session): Promise<RunningWorkload> {
  const { context, anchor, programs, results } = session;
  try {
    const running = await startWorkload(workload, { ...programs, anchor }, context);
    results.streams.push(running.stream);
    return running;
  } catch (error) {
    context.signal.throwIfAborted();
    throw new LoadNotBegun(reasonOf(error), { cause: error });
  }
}
