import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { testProgram } from '@ordeal/shared/testing/test-program';
import { parse } from 'yaml';
import { freePort } from '../../../../load/test/cluster/support/operator.ts';
import { deploy } from '../manifests/site.ts';
import type { RunningPod } from './node.ts';
import { startProgram, type Program } from './program.ts';

const VALUES = join(deploy, 'platforms', 'marketing-agents', 'prometheus-adapter-values.yaml');

/** What Prometheus scrapes: the counter of requests of each pod. */
export interface Exporter {
  /** `host:port`. */
  readonly target: string;
  stop(): Promise<void>;
}

/** The metrics of all pods, each by its namespace and name, as their discovery would label them. */
export async function startExporter(pods: () => readonly RunningPod[]): Promise<Exporter> {
  const counted = new Map<string, { readonly at: number; readonly count: number }>();
  const server = createServer((_, response) => {
    const at = performance.now();
    const lines = pods().flatMap(({ namespace, name, use: { requests } }) => {
      if (requests === null) return [];
      const before = counted.get(name);
      const count = before === undefined ? 0 : before.count + (requests * (at - before.at)) / 1000;
      counted.set(name, { at, count });
      return [`http_requests_total{namespace="${namespace}",pod="${name}"} ${count}`];
    });
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${lines.join('\n')}\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The real prometheus-adapter with the rules that `deploy/` gives its chart. */
export async function startAdapter(
  plane: ControlPlane,
  dir: string,
  prometheus: string,
): Promise<Program & { readonly port: number }> {
  const path = testProgram('prometheus-adapter');
  if (path === undefined) throw new Error('there is no prometheus-adapter');
  const { rules } = parse(readFileSync(VALUES, 'utf8')) as { rules: { custom: readonly unknown[] } };
  const config = join(dir, 'adapter.yaml');
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ rules: rules.custom }));
  const port = await freePort();
  const program = startProgram(dir, 'prometheus-adapter', path, [
    `--config=${config}`,
    `--prometheus-url=${prometheus}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(dir, 'adapter-certificates')}`,
    `--lister-kubeconfig=${plane.kubeconfig}`,
    `--authentication-kubeconfig=${plane.kubeconfig}`,
    `--authorization-kubeconfig=${plane.kubeconfig}`,
    // As its chart has it by default but for this: the list of metrics, every minute there.
    '--metrics-relist-interval=10s',
    '--metrics-max-age=1m',
  ]);
  return { ...program, port };
}
