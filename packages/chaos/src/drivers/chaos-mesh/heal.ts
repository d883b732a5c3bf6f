import type { DriverContext, FaultStatus } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { nameOf, type ChaosMeshClient, type ObjectRef } from '../../chaos-mesh/client.ts';
import { isFailure } from '../../chaos-mesh/failure.ts';
import { describeState } from '../../chaos-mesh/fault-state.ts';
import { MANAGED_BY, MANAGER, RUN_LABEL, labelValue } from '../../chaos-mesh/labels.ts';
import { persist } from '../../chaos-mesh/persist.ts';
import { removeFault } from '../../chaos-mesh/remove.ts';
import type { FaultKind } from '../../chaos-mesh/types/kinds.ts';
import { readFault } from '../../chaos-mesh/watch-fault.ts';
import { faultSpecOf, namespaceOf, objectNameOf, type ChaosMeshConfig } from './config.ts';
import { connect } from './connect.ts';

const CONNECT_WITHIN_MS = 25_000;
/**
 * A request to create that was given up may still reach the server, for instance when it was frozen. So what is not
 * there is looked for once more after so long.
 */
const LATE_MS = 1_000;
const LOOK_WITHIN_MS = 5_000;

function refOf(config: ChaosMeshConfig): ObjectRef<FaultKind> {
  return { kind: faultSpecOf(config).kind, namespace: namespaceOf(config), name: objectNameOf(config) };
}

/** Removes the fault's object, by way of its recovery. Rejects when it is still there, with what holds it. */
export async function healFault(config: ChaosMeshConfig, context: DriverContext): Promise<void> {
  const { clock, signal, say } = context;
  const { client } = await connect(config, context, CONNECT_WITHIN_MS);
  const ref = refOf(config);
  if (!(await isOurs(client, config, ref, context))) {
    await clock.sleep(LATE_MS, signal);
    if (!(await isOurs(client, config, ref, context))) return;
  }
  const removal = await removeFault(client, ref, {
    clock,
    signal,
    until: clock.now() + config.recoverWithinSeconds * 1000,
    forceAfterMs: (config.forceAfterSeconds ?? Infinity) * 1000,
    say,
  });
  if (removal.is === 'left') {
    throw new Error(
      `${nameOf(ref)} is still there after: ${removal.steps.join(', ') || 'nothing could be done'}; it is ${removal.why}. ` +
        'Does chaos-controller-manager run? Removing the finalizers would abandon what is injected, so that is left to a person.',
    );
  }
  if (removal.is === 'abandoned') {
    throw new Error(
      `${nameOf(ref)} is gone after: ${removal.steps.join(', ')}; it was last seen to be in at ${removal.left.join(', ')}. ` +
        'Nobody recovers it there any more: replace these pods.',
    );
  }
}

/** Whether there is an object for this fault that this run may remove. */
async function isOurs(
  client: ChaosMeshClient,
  config: ChaosMeshConfig,
  ref: ObjectRef<FaultKind>,
  { clock, signal, say }: DriverContext,
): Promise<boolean> {
  const until = clock.now() + CONNECT_WITHIN_MS;
  try {
    const { metadata } = await persist({ clock, signal, until }, () => client.get(ref, { signal }));
    const whose = ownership(config, metadata.labels);
    if (whose !== 'ours') say(`${nameOf(ref)} is left alone: ${whose}.`);
    return whose === 'ours';
  } catch (error) {
    if (isFailure(error, 'not-found')) return false;
    throw error;
  }
}

/** A fault that was pinned to a run is that run's business alone; one that was not is everybody's. */
function ownership({ pinned }: ChaosMeshConfig, labels: Readonly<Record<string, string>> = {}): string {
  if (labels[MANAGED_BY] !== MANAGER) return `it does not carry the label ${MANAGED_BY}=${MANAGER}`;
  const run = labels[RUN_LABEL];
  if (pinned === undefined || run === labelValue(pinned.run)) return 'ours';
  return `it belongs to ${run === undefined ? 'no run that is known' : `run ${run}`}`;
}

/** Looks at the cluster. A fault that has ended is present as long as its object is: that has to go as well. */
export async function statusOf(config: ChaosMeshConfig, context: DriverContext): Promise<FaultStatus> {
  const { clock, signal } = context;
  try {
    const { client } = await connect(config, context, LOOK_WITHIN_MS);
    const ref = refOf(config);
    const until = clock.now() + LOOK_WITHIN_MS;
    const { object, state } = await persist({ clock, signal, until }, () =>
      readFault(client, ref, { signal }),
    );
    const { labels } = object.metadata as { labels?: Readonly<Record<string, string>> };
    const whose = ownership(config, labels);
    if (whose !== 'ours' && config.pinned !== undefined) return { state: 'absent' };
    const owner = whose === 'ours' ? '' : `, and ${whose}`;
    return { state: 'present', detail: `${nameOf(ref)} is ${describeState(state)}${owner}` };
  } catch (error) {
    if (isFailure(error, 'not-found')) return { state: 'absent' };
    return { state: 'unknown', reason: reasonOf(error) };
  }
}
