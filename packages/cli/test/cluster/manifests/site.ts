import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { parse } from 'yaml';
import { crdFolder } from '../../../../chaos/test/chaos-mesh/crds.ts';
import { startChaosMeshCluster, type ChaosMeshCluster } from '../../../../chaos/test/chaos-mesh/cluster.ts';
import { adminOf, AdminError, MERGE, type Admin } from '../../../../load/test/cluster/support/admin.ts';
import type { Edge } from '../../../src/edge.ts';
import { pathOf, type Manifest } from './kustomization.ts';

export const root = join(import.meta.dirname, '..', '..', '..', '..', '..');
export const deploy = join(root, 'deploy');

/** A real API server to which manifests of `deploy/` are given, with no controllers: what these make, the test makes. */
export interface Site {
  readonly chaos: ChaosMeshCluster;
  readonly admin: Admin;
  /** Creates it, strictly: a field that the server does not know is refused. */
  create(object: Manifest): Promise<void>;
  remove(object: Manifest): Promise<void>;
  /** A pod that runs and is ready, in its namespace. Nothing where there is one of that name. */
  pod(namespace: string, name: string, labels: Labels, more?: PodMore): Promise<void>;
  /** Names of the pods that a selector takes, in order. */
  pods(namespace: string, labels: Labels): Promise<readonly string[]>;
  /** What the controller of EndpointSlices makes of a Service with these pods, all of them ready. */
  endpoints(namespace: string, service: string, pods: readonly string[]): Promise<void>;
  /** Ordeal's own service account, with the rights that the manifests give it and no more. */
  asOrdeal(): Promise<Edge>;
  stop(): Promise<void>;
}

export type Labels = Readonly<Record<string, string>>;

interface PodMore {
  readonly spec?: object;
  readonly annotations?: Labels;
  readonly ip?: string;
}

const POD_SPEC = { containers: [{ name: 'main', image: 'example.test/main:1' }] };

export async function startSite(): Promise<Site> {
  const chaos = await startChaosMeshCluster();
  const { plane } = chaos;
  const admin = adminOf(plane);
  const create = async (object: Manifest): Promise<void> => {
    await admin('POST', `${pathOf(object)}?fieldValidation=Strict`, object);
  };
  for (const crd of ['cloudnative-pg/postgresql.cnpg.io_clusters', 'k6-operator/k6.io_testruns']) {
    const object = parse(readFileSync(join(crdFolder, `${crd}.yaml`), 'utf8')) as Manifest;
    await admin('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', object);
    await served(admin, object);
  }
  return {
    chaos,
    admin,
    create,
    remove: async (object) => {
      await admin('DELETE', `${pathOf(object)}/${object.metadata.name}`);
    },
    pod: async (namespace, name, labels, { spec = POD_SPEC, annotations = {}, ip = '' } = {}) => {
      const path = `/api/v1/namespaces/${namespace}/pods`;
      try {
        await admin('POST', path, {
          metadata: { name, labels, annotations },
          spec: { ...spec, automountServiceAccountToken: false },
        });
      } catch (error) {
        if (error instanceof AdminError && error.status === 409) return;
        throw error;
      }
      const containers = (spec as { containers: readonly { name: string; image: string }[] }).containers;
      const containerStatuses = containers.map(({ name: container, image }) => ({
        name: container,
        image,
        imageID: image,
        ready: true,
        restartCount: 0,
      }));
      const status = {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses,
        ...(ip === '' ? {} : { podIP: ip, podIPs: [{ ip }] }),
      };
      await admin('PATCH', `${path}/${name}/status`, { status }, MERGE);
    },
    pods: async (namespace, labels) => {
      const selector = Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(',');
      const { items } = await admin<{ items: { metadata: { name: string } }[] }>(
        'GET',
        `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`,
      );
      return items.map(({ metadata }) => metadata.name).toSorted();
    },
    endpoints: async (namespace, service, pods) => {
      await admin('POST', `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
        metadata: { name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
        addressType: 'IPv4',
        endpoints: pods.map((name, index) => ({
          addresses: [`10.0.0.${index + 1}`],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name, namespace },
        })),
        ports: [],
      });
    },
    asOrdeal: async () => {
      const token = await tokenOf(admin, 'ordeal', 'ordeal');
      const kubeconfig = join(dirname(plane.kubeconfig), 'ordeal.kubeconfig');
      const config = JSON.parse(readFileSync(plane.kubeconfig, 'utf8')) as {
        users: { name: string; user: { token: string } }[];
      };
      config.users = config.users.map(({ name }) => ({ name, user: { token } }));
      writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
      return {
        cwd: root,
        root,
        node: execPath,
        env: {
          ORDEAL_CLUSTER_CONTEXT: 'ordeal-test',
          ORDEAL_KUBECONFIG: kubeconfig,
          ORDEAL_CLUSTER_UID: chaos.uid,
          ORDEAL_ENVIRONMENT: 'test',
        },
      } as unknown as Edge;
    },
    stop: () => chaos.stop(),
  };
}

/** A token of a service account that is there, as a pod of it has one. */
export async function tokenOf(admin: Admin, namespace: string, name: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status } = await admin<{ status: { token: string } }>('POST', path, {
    spec: { expirationSeconds: 3_600 },
  });
  return status.token;
}

/** A kind is served a moment after its definition is there. */
async function served(admin: Admin, { spec }: Manifest): Promise<void> {
  const path = `/apis/${spec.group}/${spec.versions[0].name}/${spec.names.plural}`;
  for (;;) {
    try {
      await admin('GET', path);
      return;
    } catch (error) {
      if (!(error instanceof AdminError) || error.status !== 404) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }
}
