import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreStatus } from '@ordeal/shared/drivers/store';
import type { ClusterIdentity } from '@ordeal/shared/platform/platform';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Session } from '../session.ts';

const ANSWER_MS = 10_000;

/** Asks the platform who it is. Sentences when it is another one, or does not say. Only reads. */
export async function askIdentity({ loaded, context }: Session): Promise<readonly string[]> {
  const { clusters = [], databases = {} } = loaded.platform.identity ?? {};
  const asking = (): DriverContext => ({
    clock: context.clock,
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(ANSWER_MS)]),
    say: () => {},
  });
  const answers = await Promise.all([
    ...clusters.map((cluster) => askCluster(cluster, asking())),
    ...Object.entries(databases).map(async ([name, system]) => {
      try {
        return strangeSystem(name, system, await loaded.drivers.store(name).driver.status(asking()));
      } catch (error) {
        return `which database ${name} is cannot be told: ${reasonOf(error)}`;
      }
    }),
  ]);
  context.signal.throwIfAborted();
  return answers.flatMap((answer) => answer ?? []);
}

async function askCluster(
  { kubeconfig, context, uid }: ClusterIdentity,
  asking: DriverContext,
): Promise<string | undefined> {
  try {
    const { connect } = await import('@ordeal/chaos/drivers/chaos-mesh/connect');
    const cluster = { context, uid, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
    await connect({ cluster }, asking, ANSWER_MS);
    return undefined;
  } catch (error) {
    return `the cluster is not known to be the one that is meant: ${reasonOf(error)}`;
  }
}

function strangeSystem(name: string, system: string, status: StoreStatus): string | undefined {
  const seen = status.nodes.flatMap((node) => {
    const found = node.reachable ? node.detail['system_identifier'] : undefined;
    return found === undefined || found === 'unknown' ? [] : [{ node: node.name, found }];
  });
  if (seen.length === 0) {
    return `which database ${name} is cannot be told: none of its nodes says its system_identifier`;
  }
  const other = seen.find(({ found }) => found !== system);
  return other === undefined
    ? undefined
    : `this is not the platform that is meant: the database ${name} (node ${other.node}) has the system_identifier ${other.found}; identity.databases has ${system}: correct the addresses of store ${name}, or identity.databases`;
}
