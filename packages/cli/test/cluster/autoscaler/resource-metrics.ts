import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import type { RunningPod } from './node.ts';

const GROUP_VERSION = 'metrics.k8s.io/v1beta1';
/** A stand-in for metrics-server: it tells what the pods of a selector use at this moment. */
export interface ResourceMetrics {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startResourceMetrics(
  plane: ControlPlane,
  pods: () => readonly RunningPod[],
): Promise<ResourceMetrics> {
  const certificates = join(dirname(plane.kubeconfig), 'certificates');
  const server = createServer(
    {
      cert: readFileSync(join(certificates, 'apiserver.crt')),
      key: readFileSync(join(certificates, 'apiserver.key')),
    },
    (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'https://metrics');
      const [, namespace] = /\/namespaces\/([^/]+)\/pods$/.exec(pathname) ?? [];
      const answer =
        namespace === undefined
          ? resources
          : listOf(
              pods().filter(
                (pod) => pod.namespace === namespace && selects(searchParams.get('labelSelector'), pod),
              ),
            );
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** What the API server asks before it sends anybody here. */
const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: GROUP_VERSION,
  resources: [
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  ],
};

function listOf(pods: readonly RunningPod[]): object {
  const timestamp = new Date(Math.trunc(Date.now() / 1000) * 1000).toISOString();
  const items = pods
    .filter(({ use: { cpu, memory } }) => cpu !== null || memory !== null)
    .map(({ namespace, name, labels, requested, use: { cpu, memory } }) => ({
      metadata: { namespace, name, labels },
      timestamp,
      window: '15s',
      containers: [
        {
          name: 'api',
          usage: {
            ...(cpu === null ? {} : { cpu: `${Math.round(10 * cpu * requested.cpu)}m` }),
            ...(memory === null ? {} : { memory: `${Math.round((memory / 100) * requested.memory)}` }),
          },
        },
      ],
    }));
  return { kind: 'PodMetricsList', apiVersion: GROUP_VERSION, metadata: {}, items };
}

/** Selectors of Deployments here are labels and their values. */
function selects(selector: string | null, { labels }: RunningPod): boolean {
  return (selector ?? '')
    .split(',')
    .filter((part) => part !== '')
    .every((part) => {
      const [name = '', value] = part.split('=');
      return labels[name] === value;
    });
}
