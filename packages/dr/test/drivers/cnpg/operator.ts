import { systemClock } from '@ordeal/shared/time/system-clock';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { kubernetesApi, type KubernetesApi } from '../../../src/drivers/kubernetes/api.ts';
import {
  clusterPath,
  readCluster,
  type ClusterObject,
} from '../../../src/drivers/cloudnative-pg/cluster-object.ts';
import { runningServer } from '../../../src/drivers/postgres/server.ts';
import { createPostgresStore } from '../../../src/drivers/postgres/store.ts';
import { testContext, type TwoServers } from '../two-servers.ts';

/**
 * Stands in for CloudNativePG's operator: it does to two real servers what the objects say, and writes into their
 * status what the real one would. Only what a drill asks of it is there.
 */
export interface OperatorStandIn {
  /** What keeps it from doing what the objects say. A server that was killed under it is asked again, and is nothing. */
  readonly troubles: readonly string[];
  stop(): Promise<void>;
}

/** Of one cluster whose instances are the two servers. */
export function operateInstances(
  kubeconfig: string,
  name: string,
  servers: TwoServers,
  /** A primary whose server is gone loses its place to the other instance, as without a `failoverDelay`. */
  failsOver: 'by itself' | 'never' = 'never',
): OperatorStandIn {
  const api = kubernetesApi({ kubeconfig });
  const path = clusterPath('shop', name);
  const store = createPostgresStore(servers.config);
  const down = new Set<string>();
  return loop(async (context) => {
    const now = await readCluster(api, path, context);
    const { currentPrimary, timelineID = 1 } = now.status;
    const targetPrimary =
      failsOver === 'by itself'
        ? (heirOf(currentPrimary, servers) ?? now.status.targetPrimary)
        : now.status.targetPrimary;
    for (const { name: node, dataDir } of servers.config.nodes) {
      const fenced = now.fenced.includes(node) || now.fenced.includes('*');
      if (fenced && !down.has(node)) {
        await store.fence(node, context);
        down.add(node);
      } else if (!fenced && down.has(node)) {
        if (node !== currentPrimary) await store.rejoin(node, currentPrimary, context);
        down.delete(node);
      } else if (fenced && runningServer(dataDir) !== undefined) await store.fence(node, context);
    }
    if (targetPrimary === currentPrimary) return;
    const old = servers.config.nodes.find((one) => one.name === currentPrimary);
    const alive = old !== undefined && runningServer(old.dataDir) !== undefined && !down.has(currentPrimary);
    if (alive) await store.demote(currentPrimary, targetPrimary, context);
    await store.promote(targetPrimary, context);
    const status = {
      currentPrimary: targetPrimary,
      targetPrimary,
      currentPrimaryTimestamp: new Date().toISOString(),
      timelineID: timelineID + 1,
      phase: 'Cluster in healthy state',
      phaseReason: '',
    };
    await api.patch(`${path}/status`, { status }, context);
    if (alive) await store.rejoin(currentPrimary, targetPrimary, context);
  });
}

/** Who takes over from a primary whose server is gone; undefined while it is there. */
function heirOf(primary: string, { config }: TwoServers): string | undefined {
  const own = config.nodes.find((one) => one.name === primary);
  if (own === undefined || runningServer(own.dataDir) !== undefined) return undefined;
  return config.nodes.find((one) => one !== own && runningServer(one.dataDir) !== undefined)?.name;
}

/** Of two clusters, `a` and `b`, of which each has one of the servers. */
export function operateClusters(kubeconfig: string, servers: TwoServers): OperatorStandIn {
  const api = kubernetesApi({ kubeconfig });
  const store = createPostgresStore(servers.config);
  let primary: string | undefined = 'a';
  const down = new Set<string>();
  const path = (name: string): string => clusterPath('shop', name);
  return loop(async (context) => {
    for (const node of ['a', 'b']) {
      const now = await readCluster(api, path(node), context);
      if (now.fenced.includes('*')) {
        if (!down.has(node)) await store.fence(node, context);
        down.add(node);
        if (primary === node) primary = undefined;
        continue;
      }
      if (now.spec.replica?.primary === node) {
        if (primary === undefined) primary = await take(api, node, now, context);
      } else if (primary === node) {
        await store.demote(node, node === 'a' ? 'b' : 'a', context);
        primary = undefined;
        const token = Buffer.from(JSON.stringify({ latest: Math.random() })).toString('base64');
        await api.patch(`${path(node)}/status`, { status: { demotionToken: token } }, context);
      } else if (primary !== undefined) {
        const { nodes } = await store.status(context);
        const own = nodes.find((one) => one.name === node);
        // A cluster whose machine is gone is nobody's to start, save once its fence is lifted.
        const follows = own?.reachable === true && own.lagSeconds !== undefined;
        const leads = nodes.some((one) => one.name === primary && one.reachable);
        if (leads && !follows && (down.has(node) || now.status.demotionToken !== '')) {
          await store.rejoin(node, primary, context);
        }
        down.delete(node);
      }
    }
  });

  async function take(
    client: KubernetesApi,
    node: string,
    now: ClusterObject,
    context: DriverContext,
  ): Promise<string | undefined> {
    const token = now.spec.replica?.promotionToken ?? '';
    const other = await readCluster(client, path(node === 'a' ? 'b' : 'a'), context);
    if (token !== '' && token !== other.status.demotionToken) return undefined;
    await store.promote(node, context);
    // What it left at an earlier demotion stays, to be mistaken for that of the next one.
    await client.patch(`${path(node)}/status`, { status: { lastPromotionToken: token } }, context);
    return node;
  }
}

function loop(reconcile: (context: DriverContext) => Promise<void>): OperatorStandIn {
  const stopping = new AbortController();
  const troubles: string[] = [];
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await reconcile(testContext(AbortSignal.any([stopping.signal, AbortSignal.timeout(60_000)])));
        troubles.length = 0;
      } catch (error) {
        if (!stopping.signal.aborted) troubles.push((error as Error).message);
      }
      await systemClock.sleep(100, stopping.signal).catch(() => undefined);
    }
  };
  const done = run();
  return {
    troubles,
    stop: async () => {
      stopping.abort(new Error('the stand-in was stopped'));
      await done;
    },
  };
}
