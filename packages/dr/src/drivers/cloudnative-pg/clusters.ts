import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreDriver } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { WriteCheck } from '../../split-brain/answer.ts';
import { askPostgres, postgresQuestions } from '../../split-brain/ask-postgres.ts';
import { kubernetesApi, type KubernetesApi } from '../kubernetes/api.ts';
import { nodesOf, reportOf } from '../postgres/status.ts';
import { changeCluster, clusterPath, readCluster, setFenced, type ClusterObject } from './cluster-object.ts';
import type { ClusterNode, ClustersConfig } from './config.ts';
import type { FenceProof } from '../fence-proof.ts';
import { mustFollow } from './follow.ts';
import type { Leased } from '../leased.ts';
import { longestLease } from './lease.ts';
import { askPod, asService, podsOf, whyNoProof } from './pods.ts';
import { settingsOf } from './settings.ts';
import { waitUntil } from './wait.ts';

/** A node with the way to its `Cluster` object. */
interface Member {
  readonly node: ClusterNode;
  readonly api: KubernetesApi;
  readonly path: string;
}

/**
 * Several CloudNativePG clusters of a distributed topology. The primary moves with a token: the cluster that is
 * demoted leaves one once it has shut down, and the other one is promoted only when it has replayed all that the
 * token tells of.
 */
export function createClustersStore(config: ClustersConfig): StoreDriver & WriteCheck & Leased & FenceProof {
  const members = config.nodes.map((node): Member => ({
    node,
    api: kubernetesApi(node),
    path: clusterPath(node.namespace, node.cluster),
  }));
  const find = (name: string): Member => {
    const member = members.find((one) => one.node.name === name);
    if (member === undefined) {
      const known = config.nodes.map((one) => one.name).join(', ');
      throw new Error(`expected one of the store's nodes (${known}), found "${name}"`);
    }
    return member;
  };
  const within = config.withinSeconds;
  return {
    kind: 'cloudnative-pg',
    status: async (context) => {
      const reports = await Promise.all(config.nodes.map((node) => reportOf(node, context)));
      const objects = await Promise.all(members.map((member) => lookAt(member, context)));
      const told = objects.find((one) => typeof one !== 'string');
      return {
        nodes: nodesOf(reports).map((node, index) => {
          if (!node.reachable) return node;
          const object = objects[index];
          return { ...node, detail: { ...node.detail, ...detailOf(object) } };
        }),
        settings: typeof told === 'object' ? settingsOf(told, reports) : {},
      };
    },
    promote: async (node, context) => await promote(find(node), members, within, context),
    demote: async (node, heir, context) => await demote(find(node), find(heir), within, context),
    fence: async (node, context) => await fence(find(node), within, context),
    rejoin: async (node, primary, context) => await rejoin(find(node), find(primary), within, context),
    leaseSeconds: (context) =>
      longestLease(members.map((member) => readCluster(member.api, member.path, context))),
    whyNoProof: async (name, context) => {
      const { node, api } = find(name);
      const none = `the cluster ${node.namespace}/${node.cluster} has no pod: correct namespace and cluster`;
      return await whyNoProof(node, async () => await podsOf(api, node, context), none, context);
    },
    openQuestions: () => postgresQuestions((name) => asService(find(name).node)),
  };
}

async function lookAt(member: Member, context: DriverContext): Promise<ClusterObject | string> {
  try {
    return await readCluster(member.api, member.path, context);
  } catch (error) {
    context.signal.throwIfAborted();
    return reasonOf(error);
  }
}

function detailOf(object: ClusterObject | string | undefined): Readonly<Record<string, string>> {
  if (typeof object !== 'object') return { cluster: `not read: ${object ?? 'nothing'}` };
  return {
    phase: object.status.phase,
    primary: object.spec.replica?.primary || 'not stated',
    fence: object.fenced.length === 0 ? 'none' : object.fenced.join(', '),
  };
}

/** What the topology calls the cluster. */
function selfOf(member: Member, object: ClusterObject): string {
  return object.spec.replica?.self || member.node.cluster;
}

async function promote(
  member: Member,
  members: readonly Member[],
  seconds: number,
  context: DriverContext,
): Promise<void> {
  const { node, api, path } = member;
  const others = members.filter((one) => one !== member);
  const answers = await Promise.all(others.map((one) => askPostgres(one.node, context)));
  const rival = answers.find((one) => one.takes === 'yes');
  if (rival !== undefined) {
    throw new Error(
      `node ${rival.node} accepts writes, so promoting ${node.name} would make two writers: demote or fence ` +
        `${rival.node} first`,
    );
  }
  const own = await readCluster(api, path, context);
  const self = selfOf(member, own);
  const token = await tokenFor(self, others, context);
  await changeCluster(
    api,
    path,
    ({ spec, status }) => {
      const isDone =
        spec.replica?.primary === self && (token === undefined || status.lastPromotionToken === token);
      if (isDone) return undefined;
      // Together: primary without the token would promote what may not have everything.
      return { spec: { replica: { primary: self, promotionToken: token ?? null } } };
    },
    context,
  );
  if (token === undefined)
    context.say(`no cluster has left a token for ${self}: it is promoted with what it has`);
  await waitUntil(
    seconds,
    async () => {
      const { status } = await readCluster(api, path, context);
      if (token !== undefined && status.lastPromotionToken !== token) {
        return `it has not taken the token yet (phase "${status.phase}")`;
      }
      const answer = await askPostgres(node, context);
      return answer.takes === 'yes' ? undefined : `it takes no writes: ${answer.detail}`;
    },
    (reason) => `the cluster of node ${node.name} is not the primary within ${seconds} s: ${reason}`,
    context,
  );
}

/** The token of a cluster that was demoted in favour of this one. */
async function tokenFor(
  self: string,
  others: readonly Member[],
  context: DriverContext,
): Promise<string | undefined> {
  const objects = await Promise.all(others.map((one) => lookAt(one, context)));
  const tokens = objects.flatMap((one) =>
    typeof one === 'object' && one.spec.replica?.primary === self && one.status.demotionToken !== ''
      ? [one.status.demotionToken]
      : [],
  );
  return tokens[0];
}

/**
 * Planned: the cluster becomes a replica of the heir. Resolves when it has left its token, without which the heir could
 * not tell that it has everything.
 */
async function demote(
  { node, api, path }: Member,
  heir: Member,
  seconds: number,
  context: DriverContext,
): Promise<void> {
  const own = await readCluster(api, path, context);
  const primary = selfOf(heir, await readCluster(heir.api, heir.path, context));
  const leads = own.spec.replica?.primary;
  const isDemoted = leads !== undefined && leads !== selfOf({ node, api, path }, own);
  if (isDemoted && leads !== primary) {
    throw new Error(
      `node ${node.name} is no primary: its cluster follows ${leads}, and not ${primary}; it was left as it is`,
    );
  }
  if (!isDemoted) {
    const { node: next } = await reportOf(heir.node, context);
    if (!next.reachable || next.lagSeconds === undefined) {
      throw new Error(
        `node ${heir.node.name} does not follow ${node.name}: rejoin it. ${node.name} was left as it is`,
      );
    }
    await changeCluster(api, path, () => ({ spec: { replica: { primary } } }), context);
  }
  await waitUntil(
    seconds,
    async () => {
      const { status } = await readCluster(api, path, context);
      // One of an earlier demotion tells of less than there is by now.
      if (status.demotionToken === '' || (!isDemoted && status.demotionToken === own.status.demotionToken))
        return `it has left no token (phase "${status.phase}")`;
      // With the token the operator vouches for the shutdown, so that a refusal by whoever stands there is enough.
      const answer = await askPostgres(node, context);
      return answer.takes === 'no' ? undefined : `it is not seen to refuse writes: ${answer.detail}`;
    },
    (reason) => `the cluster of node ${node.name} is not demoted within ${seconds} s: ${reason}`,
    context,
  );
}

/**
 * Why it is not proven that no instance of the cluster takes writes; undefined when it is: each of its pods refuses, at
 * its own address, or was not started, or there is none.
 */
async function whyUnproven({ node, api }: Member, context: DriverContext): Promise<string | undefined> {
  const whole = await askPostgres(asService(node), context);
  if (whole.takes === 'yes') return whole.detail;
  const pods = await podsOf(api, node, context);
  const answers = await Promise.all(pods.map((pod) => askPod(node.url, pod, context)));
  return answers.find(({ takes }) => takes !== 'no')?.detail;
}

async function fence(member: Member, seconds: number, context: DriverContext): Promise<void> {
  const { node, api, path } = member;
  // Beside whatever somebody else has fenced, which stays so when this is lifted.
  await setFenced(api, path, (now) => (now.includes('*') ? now : [...now, '*']), context);
  await waitUntil(
    Math.min(seconds, 30),
    async () => await whyUnproven(member, context),
    (reason) =>
      `all instances of node ${node.name} were fenced, but it is not seen to refuse writes (${reason}): see that ` +
      'its machines are off',
    context,
  );
}

async function rejoin(
  member: Member,
  primary: Member,
  seconds: number,
  context: DriverContext,
): Promise<void> {
  const leads = await askPostgres(primary.node, context);
  if (leads.takes !== 'yes') {
    throw new Error(
      `expected node ${primary.node.name} to be the primary, found that it takes no writes (${leads.detail}): promote ` +
        'it first',
    );
  }
  const rival = await askPostgres(member.node, context);
  if (rival.takes === 'yes') {
    throw new Error(
      `node ${member.node.name} accepts writes as well as ${primary.node.name}: fence it before it can rejoin`,
    );
  }
  const upstream = selfOf(primary, await readCluster(primary.api, primary.path, context));
  // A replica of the primary before its fence is lifted, or it would start as what it was.
  await changeCluster(
    member.api,
    member.path,
    ({ spec }) =>
      spec.replica?.primary === upstream
        ? undefined
        : { spec: { replica: { primary: upstream, promotionToken: null } } },
    context,
  );
  await setFenced(member.api, member.path, (now) => now.filter((one) => one !== '*'), context);
  await mustFollow(member.node, primary.node, seconds, context);
}
