import type { V1Pod } from '@kubernetes/client-node';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { ApiError, mayPass } from '../../chaos-mesh/failure.ts';
import { podName, selectPods } from '../../chaos-mesh/select-pods.ts';
import type { Connection } from './connect.ts';
import { connect } from './connect.ts';
import { targetName } from './candidates.ts';
import { faultSpecOf, namespaceOf, type ChaosMeshConfig } from './config.ts';

const CONNECT_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;

export type Identities = Readonly<Record<string, string | undefined>>;

/**
 * Who the targets are: for a killed container its pod's UID and how often the container was restarted, else the UID
 * alone. Nothing in it changes unless the fault does it.
 */
export async function identitiesOf(config: ChaosMeshConfig, context: DriverContext): Promise<Identities> {
  const connection = await connect(config, context, CONNECT_WITHIN_MS);
  const pods = await targetsNow(config, connection, context);
  return Object.fromEntries(pods.map((pod) => [targetName(podName(pod)), identityOf(config, pod)]));
}

function identityOf(config: ChaosMeshConfig, { metadata, status }: V1Pod): string | undefined {
  const uid = metadata?.uid;
  const containers = killedContainers(config);
  if (containers === undefined) return uid;
  const restarts = (status?.containerStatuses ?? [])
    .filter(({ name }) => containers.includes(name))
    .map(({ name, restartCount }) => `${uid}/${name}=${restartCount}`);
  // A container that the kubelet does not report has no identity yet.
  return restarts.length === containers.length ? restarts.join(' ') : undefined;
}

function killedContainers(config: ChaosMeshConfig): readonly string[] | undefined {
  const { kind, spec } = faultSpecOf(config);
  return kind === 'PodChaos' && spec.action === 'container-kill' ? spec.containerNames : undefined;
}

/** The pods by the selector as it was written: a replacement has a name that nobody could choose before. */
function targetsNow(
  config: ChaosMeshConfig,
  { cluster }: Connection,
  { signal }: DriverContext,
  whole = false,
): Promise<readonly V1Pod[]> {
  const { spec } = faultSpecOf(whole ? { ...config, pinned: undefined } : config);
  const selector = 'selector' in spec ? (spec.selector ?? {}) : {};
  return selectPods(cluster, selector, namespaceOf(config), { signal });
}

/**
 * Waits until none of the old identities is left, and as many pods as before are ready. Gives the instant. Rejects
 * with the signal's reason: how long is long enough is the experiment's to say.
 */
export async function untilReplaced(
  config: ChaosMeshConfig,
  before: Identities,
  context: DriverContext,
): Promise<number> {
  const { clock, signal } = context;
  const connection = await connect(config, context, CONNECT_WITHIN_MS);
  const old = new Set(Object.values(before).flatMap((one) => one?.split(' ') ?? []));
  const wanted = config.pinned?.outOf ?? Object.keys(before).length;
  for (;;) {
    try {
      const pods = await targetsNow(config, connection, context, true);
      const survivors = pods.filter((pod) =>
        (identityOf(config, pod) ?? '').split(' ').some((one) => old.has(one)),
      );
      const ready = pods.filter(isReady);
      if (survivors.length === 0 && ready.length >= wanted) return clock.now();
    } catch (error) {
      if (!(error instanceof ApiError) || !mayPass(error.failure)) throw error;
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function isReady({ metadata, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')
  );
}
