import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreDriver } from '@ordeal/shared/drivers/store';
import type { WriteCheck } from '../../split-brain/answer.ts';
import { askPostgres, postgresQuestions, type AskedServer } from '../../split-brain/ask-postgres.ts';
import { kubernetesApi, type KubernetesApi, type KubernetesObject } from '../kubernetes/api.ts';
import { nodesOf, reportOf } from '../postgres/status.ts';
import { boundsOf } from './bounds.ts';
import { changeCluster, clusterPath, readCluster, setFenced, type ClusterObject } from './cluster-object.ts';
import type { InstanceNode, InstancesConfig } from './config.ts';
import type { ChangingRoles } from '../changing-roles.ts';
import type { FenceProof } from '../fence-proof.ts';
import { mustFollow } from './follow.ts';
import type { Leased } from '../leased.ts';
import type { SelfRecovery } from '../self-recovery.ts';
import { nodeNamed } from '../node-named.ts';
import { longestLease } from './lease.ts';
import { observe } from './observe.ts';
import { askPod, asService, whyNoProof } from './pods.ts';
import { settingsOf } from './settings.ts';
import { waitUntil } from './wait.ts';

/** Operator and instances watch the object: what it says is seen at once. */
const BEGUN_WITHIN_SECONDS = 3;

/** The instances of one CloudNativePG cluster: its operator changes their roles, and is told what is wanted. */
export function createInstancesStore(
  config: InstancesConfig,
): StoreDriver & WriteCheck & Leased & FenceProof & SelfRecovery & ChangingRoles {
  const api = kubernetesApi(config);
  const path = clusterPath(config.namespace, config.cluster);
  const find = (name: string): InstanceNode => nodeNamed(config.nodes, name);
  const asked = (name: string): AskedServer => ({ ...find(name), at: 'service to one' });
  return {
    kind: 'cloudnative-pg',
    status: async (context) => {
      const [object, reports] = await Promise.all([
        readCluster(api, path, context),
        Promise.all(config.nodes.map((node) => reportOf(node, context))),
      ]);
      return {
        nodes: nodesOf(reports).map((node) =>
          node.reachable ? { ...node, detail: { ...node.detail, ...detailOf(object, node.name) } } : node,
        ),
        settings: settingsOf(object, reports),
      };
    },
    promote: async (node, context) => await promote(config, api, find(node), context),
    fence: async (node, context) => await fence(config, api, find(node), context),
    demote: async (node, heir, context) => await demote(config, api, find(node), find(heir), context),
    rejoin: async (node, primary, context) => {
      const [own, upstream] = [find(node), find(primary)];
      const { status } = await readCluster(api, path, context);
      if (status.currentPrimary !== primary) {
        throw new Error(
          `expected node ${primary} to be the primary, found ${status.currentPrimary || 'none'}: promote it first`,
        );
      }
      await setFenced(
        api,
        path,
        (fenced) => {
          if (!fenced.includes('*')) return fenced.filter((one) => one !== node);
          throw new Error(`all instances of ${config.cluster} are fenced: lift that first`);
        },
        context,
      );
      await mustFollow(own, upstream, config.withinSeconds, context);
    },
    leaseSeconds: (context) => longestLease([readCluster(api, path, context)]),
    whyNoProof: async (name, context) => {
      const node = find(name);
      const own = async (): Promise<readonly KubernetesObject[]> => {
        const pod = await podOf(config, api, node, context);
        return pod === undefined ? [] : [pod];
      };
      const none = `there is no pod ${name} in the namespace ${config.namespace}: a node has the name of its pod`;
      return await whyNoProof(node, own, none, context);
    },
    bounds: async (context) => {
      const object = await readCluster(api, path, context);
      const { currentPrimary } = object.status;
      const pod = await podOf(config, api, { name: currentPrimary }, context);
      if (pod === undefined) throw new Error(`there is no pod ${currentPrimary} in ${config.namespace}`);
      return boundsOf(object, pod);
    },
    observe: async (lost, context) => await observe(config, api, asked, find(lost).name, context),
    underWay: async (context) => await underWay(config, api, context),
    begunWithinSeconds: async () => BEGUN_WITHIN_SECONDS,
    openQuestions: () => postgresQuestions(asked),
  };
}

function detailOf({ status, fenced }: ClusterObject, name: string): Readonly<Record<string, string>> {
  return {
    phase: status.phase,
    operator: status.currentPrimary === name ? 'says it is the primary' : 'says it is a standby',
    fence: fenced.includes(name) || fenced.includes('*') ? 'fenced' : 'none',
  };
}

/**
 * Asks the operator to make the instance the primary, as `kubectl cnpg promote` does. It stops the old one first, so
 * there are never two. Resolves when the operator says so and the instance has committed a write.
 */
async function promote(
  config: InstancesConfig,
  api: KubernetesApi,
  node: InstanceNode,
  context: DriverContext,
): Promise<void> {
  const path = clusterPath(config.namespace, config.cluster);
  let before: ClusterObject | undefined;
  await changeCluster(
    api,
    path,
    (now) => {
      if (now.fenced.includes(node.name) || now.fenced.includes('*')) {
        throw new Error(
          `node ${node.name} is fenced, and the operator promotes no fenced instance: rejoin it first`,
        );
      }
      before = now;
      if (now.status.targetPrimary === node.name) return undefined;
      return {
        status: {
          targetPrimary: node.name,
          targetPrimaryTimestamp: microseconds(context.clock.wall()),
          phase: 'Switchover in progress',
          phaseReason: `Switching over to ${node.name}`,
        },
      };
    },
    context,
    '/status',
  );
  const was = before?.status;
  await waitUntil(
    config.withinSeconds,
    async () => {
      const { status } = await readCluster(api, path, context);
      if (status.targetPrimary !== node.name) return `the operator wants ${status.targetPrimary} now`;
      if (status.currentPrimary !== node.name)
        return `it is in phase "${status.phase}" (${status.phaseReason})`;
      const isNew =
        was?.currentPrimary === node.name || status.currentPrimaryTimestamp !== was?.currentPrimaryTimestamp;
      if (!isNew) return 'the operator has noted no new promotion';
      const answer = await askPostgres(node, context);
      return answer.takes === 'yes' ? undefined : `it takes no writes: ${answer.detail}`;
    },
    (reason) => `node ${node.name} is not the primary within ${config.withinSeconds} s: ${reason}`,
    context,
  );
}

/** Planned: the operator hands over to the heir, which must stream. Resolves when the instance refuses writes. */
async function demote(
  config: InstancesConfig,
  api: KubernetesApi,
  node: InstanceNode,
  heir: InstanceNode,
  context: DriverContext,
): Promise<void> {
  const { status } = await readCluster(api, clusterPath(config.namespace, config.cluster), context);
  if (status.currentPrimary === node.name) {
    const { node: next } = await reportOf(heir, context);
    if (!next.reachable || next.lagSeconds === undefined) {
      throw new Error(
        `node ${heir.name} does not follow ${node.name}: rejoin it. ${node.name} was left as it is`,
      );
    }
    await promote(config, api, heir, context);
  } else if (status.currentPrimary !== heir.name) {
    throw new Error(
      `expected node ${node.name} to be the primary, found ${status.currentPrimary || 'none'}: a planned switchover is ` +
        'not possible',
    );
  }
  await mustRefuse(
    node,
    config.withinSeconds,
    'gave up being primary',
    // It goes on as a standby, and says so.
    async () => {
      const answer = await askPostgres(asService(node), context);
      return answer.takes === 'no' ? undefined : answer.detail;
    },
    context,
  );
}

/**
 * Has the operator shut the instance's PostgreSQL down and keep it down, also in a pod that is made anew. The
 * annotation outlives everything; that it has taken effect is seen at the instance's pod, or by that being gone.
 */
async function fence(
  config: InstancesConfig,
  api: KubernetesApi,
  node: InstanceNode,
  context: DriverContext,
): Promise<void> {
  const path = clusterPath(config.namespace, config.cluster);
  const add = (fenced: readonly string[]): readonly string[] =>
    fenced.includes(node.name) || fenced.includes('*') ? fenced : [...fenced, node.name];
  await setFenced(api, path, add, context);
  const whyUnproven = async (): Promise<string | undefined> => {
    const answer = await askPostgres(asService(node), context);
    if (answer.takes === 'yes') return answer.detail;
    const pod = await podOf(config, api, node, context);
    if (pod === undefined) {
      context.say(`node ${node.name} has no pod, and is fenced for the next one`);
      return undefined;
    }
    const { takes, detail } = await askPod(node.url, pod, context);
    return takes === 'no' ? undefined : detail;
  };
  await mustRefuse(node, Math.min(config.withinSeconds, 30), 'was fenced', whyUnproven, context);
}

/** The object tells who is to be the primary, and who is; the instance itself is asked whether it has come to that. */
async function underWay(
  config: InstancesConfig,
  api: KubernetesApi,
  context: DriverContext,
): Promise<string | undefined> {
  const { status } = await readCluster(api, clusterPath(config.namespace, config.cluster), context);
  const { currentPrimary, targetPrimary, phase } = status;
  if (targetPrimary !== currentPrimary) {
    return `the operator moves the primary from ${currentPrimary || 'nobody'} to ${targetPrimary || 'nobody'} (phase "${phase}")`;
  }
  const primary = config.nodes.find(({ name }) => name === currentPrimary);
  // Another instance than those that a drill moves between: it is nobody that could be asked here.
  if (primary === undefined) return undefined;
  const { node } = await reportOf(primary, context);
  if (node.reachable && node.role === 'primary') return undefined;
  return `the operator says that ${currentPrimary} is the primary, and it ${node.reachable ? 'is a standby' : `does not answer (${node.reason})`}`;
}

/** Undefined when the instance has no pod. */
async function podOf(
  { namespace }: InstancesConfig,
  api: KubernetesApi,
  { name }: Pick<InstanceNode, 'name'>,
  context: DriverContext,
): Promise<KubernetesObject | undefined> {
  return await api.find(`/api/v1/namespaces/${namespace}/pods/${name}`, context);
}

async function mustRefuse(
  node: InstanceNode,
  seconds: number,
  what: string,
  whyUnproven: () => Promise<string | undefined>,
  context: DriverContext,
): Promise<void> {
  await waitUntil(
    seconds,
    whyUnproven,
    (reason) =>
      `node ${node.name} ${what}, but is not seen to refuse writes (${reason}): stop its pod, and see that its ` +
      'machine is off',
    context,
  );
}

/** As the operator writes instants: microseconds, UTC. */
function microseconds(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}
