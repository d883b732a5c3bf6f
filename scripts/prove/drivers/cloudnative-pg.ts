import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Client } from 'pg';
import { echo } from 'zx';
import { operateInstances } from '../../../packages/dr/test/drivers/cnpg/operator.ts';
import {
  startPlane,
  withoutCloudNativePg,
  type Plane,
} from '../../../packages/dr/test/drivers/cnpg/plane.ts';
import { twoServers } from '../../../packages/dr/test/drivers/two-servers.ts';
import { sql } from '../../../packages/dr/test/observers/fixtures/databases.ts';
import type { OtherStore } from './platform-folder.ts';
import { primaryEdge } from './primary-edge.ts';

const CLUSTER = 'main';

/**
 * The instances of a CloudNativePG cluster: its objects in a real kube-apiserver, two real servers, and a stand-in for
 * its operator, behind an HAProxy that asks who is the primary. Without the CRDs it says so, and proves nothing.
 */
export async function withCloudNativePg(use: (platform: OtherStore) => Promise<boolean>): Promise<boolean> {
  if (withoutCloudNativePg !== undefined) {
    echo(`  on-cloudnative-pg: ${withoutCloudNativePg}`);
    return false;
  }
  const [plane, servers] = await Promise.all([startPlane(true), twoServers()]);
  const { nodes } = servers.config;
  const { kubeconfig } = plane.plane;
  await createCluster(plane);
  const operator = operateInstances(kubeconfig, CLUSTER, servers);
  const checks = await Promise.all(nodes.map(({ url }) => saysWhetherPrimary(url)));
  const edge = await primaryEdge(
    {
      lines: ['option httpchk GET /primary', 'http-check expect status 200'],
      servers: nodes.map(({ name, url }, i) => ({
        name,
        port: Number(new URL(url).port),
        check: `port ${portOf(checks[i])}`,
      })),
    },
    false,
  );
  try {
    const url = new URL(servers.a.url);
    url.hostname = '127.0.0.1';
    url.port = String(edge.port);
    await sql(servers.a.url, 'CREATE TABLE seen (id text)');
    return await use({
      name: 'on-cloudnative-pg',
      store: {
        driver: 'cloudnative-pg',
        config: {
          mode: 'instances',
          kubeconfig,
          clusterUid: plane.uid,
          namespace: 'shop',
          cluster: CLUSTER,
          nodes: nodes.map(({ name, region, url: own }) => ({ name, region, url: own })),
          withinSeconds: 60,
        },
      },
      probes: [
        {
          kind: 'postgres',
          name: 'write',
          connection: 'pooled',
          url: url.toString(),
          sql: 'INSERT INTO seen (id) VALUES ({{id}})',
        },
        { kind: 'postgres', name: 'fresh', connection: 'fresh', url: url.toString(), sql: 'SELECT 1' },
      ],
      ledger: { kind: 'postgres', url: url.toString() },
      drills: [
        { name: 'switchover', drill: { kind: 'switchover', from: 'a', to: 'b' } },
        { name: 'switchover-back', drill: { kind: 'switchover', from: 'b', to: 'a' } },
      ],
    });
  } finally {
    await edge.end();
    for (const server of checks) server.close();
    await operator.stop();
    for (const trouble of operator.troubles) echo(`  the stand-in of the operator: ${trouble}`);
    servers.dispose();
    await plane.plane.stop();
  }
}

async function createCluster({ custom }: Plane): Promise<void> {
  const group = { group: 'postgresql.cnpg.io', version: 'v1', namespace: 'shop', plural: 'clusters' };
  const metadata = { name: CLUSTER };
  const body = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata, spec: { instances: 2 } };
  await custom.createNamespacedCustomObject({ ...group, body });
  const object = (await custom.getNamespacedCustomObject({ ...group, name: CLUSTER })) as object;
  const status = {
    currentPrimary: 'a',
    targetPrimary: 'a',
    currentPrimaryTimestamp: '2026-01-01T00:00:00.000000Z',
  };
  await custom.replaceNamespacedCustomObjectStatus({ ...group, name: CLUSTER, body: { ...object, status } });
}

/** Answers 200 while the server takes writes, for HAProxy. */
async function saysWhetherPrimary(url: string): Promise<Server> {
  const server = createServer((_, response) => {
    void takesWrites(url).then((writes) =>
      response.writeHead(writes ? 200 : 503, { connection: 'close' }).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function takesWrites(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  // It may be shut down at any moment.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ writes: boolean }>('SELECT NOT pg_is_in_recovery() AS writes');
    return rows[0]?.writes === true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  if (typeof address !== 'object' || address === null) throw new Error('the check listens nowhere');
  return address.port;
}
