import { request } from 'node:https';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { parse } from 'yaml';
import type { Labels } from './site.ts';

interface Discovery {
  readonly role: string;
  readonly namespaces: { readonly own_namespace: boolean };
  readonly selectors: readonly { readonly role: string; readonly label: string }[];
}

interface ScrapeConfig {
  readonly job_name: string;
  readonly kubernetes_sd_configs?: readonly Discovery[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Labels; readonly annotations?: Labels };
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
    }[];
  };
  readonly status: { readonly phase: string; readonly podIP?: string };
}

/**
 * A configuration of Prometheus with what its discovery finds in the place of the discovery: Debian's Prometheus is built
 * without that of Kubernetes. Pods are listed as it lists them, by `list`; they become the targets and labels that
 * Prometheus documents for the role `pod`.
 */
export async function discovered(
  text: string,
  namespace: string,
  list: (path: string) => Promise<unknown>,
): Promise<string> {
  const config = parse(text) as { scrape_configs: readonly ScrapeConfig[] };
  const jobs = await Promise.all(
    config.scrape_configs.map(async ({ kubernetes_sd_configs: discoveries = [], ...job }) => {
      const found = await Promise.all(
        discoveries.map(async ({ role, namespaces, selectors }) => {
          if (role !== 'pod' || !namespaces.own_namespace) throw new Error(`${job.job_name}: not understood`);
          const selector = selectors.map(({ label }) => label).join(',');
          const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
          const { items } = (await list(path)) as { items: readonly Pod[] };
          return items.flatMap((pod) => targetsOf(pod, namespace));
        }),
      );
      return discoveries.length === 0 ? job : { ...job, static_configs: found.flat() };
    }),
  );
  // JSON is YAML.
  return JSON.stringify({ ...config, scrape_configs: jobs }, null, 2);
}

function targetsOf({ metadata, spec, status }: Pod, namespace: string): readonly object[] {
  const named = (what: string, labels: Labels = {}): [string, string][] =>
    Object.entries(labels).map(([name, value]) => [
      `__meta_kubernetes_pod_${what}_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`,
      value,
    ]);
  const shared = Object.fromEntries([
    ['__meta_kubernetes_namespace', namespace],
    ['__meta_kubernetes_pod_name', metadata.name],
    ['__meta_kubernetes_pod_phase', status.phase],
    ...named('label', metadata.labels),
    ...named('annotation', metadata.annotations),
  ]) as Labels;
  return spec.containers.flatMap(({ ports = [] }) =>
    ports.map(({ name, containerPort }) => ({
      targets: [`${status.podIP ?? '192.0.2.1'}:${containerPort}`],
      labels: { ...shared, __meta_kubernetes_pod_container_port_name: name },
    })),
  );
}

/** Reads from the API server as whoever has the token. */
export function readAs(
  { server, certificate }: ControlPlane,
  token: string,
): (path: string) => Promise<unknown> {
  return (path) =>
    new Promise((resolve, reject) => {
      const asking = request(
        server + path,
        { ca: certificate, headers: { authorization: `Bearer ${token}` } },
        (response) => {
          let text = '';
          response.on('data', (chunk) => (text += String(chunk)));
          response.on('end', () => {
            if (response.statusCode === 200) resolve(JSON.parse(text));
            else reject(new Error(`GET ${path}: ${response.statusCode} ${text.slice(0, 300)}`));
          });
        },
      );
      asking.once('error', reject);
      asking.end();
    });
}
