import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { bind } from '../../../packages/dr/test/drivers/dns/bind.ts';
import { twoRedis } from '../../../packages/dr/test/drivers/redis/two-redis.ts';
import type { OtherStore } from './platform-folder.ts';
import { primaryEdge } from './primary-edge.ts';

/**
 * Two real Redis servers behind an HAProxy that asks them who is the master, and a name in a real BIND that leads to
 * both regions. `keepsConnections`: the HAProxy leaves pooled clients on the old master.
 */
export async function withRedis(
  keepsConnections: boolean,
  use: (platform: OtherStore) => Promise<boolean>,
): Promise<boolean> {
  const [servers, dns, pages] = await Promise.all([twoRedis(), bind(1), regionPages()]);
  const edge = await primaryEdge(
    {
      lines: [
        'option tcp-check',
        'tcp-check connect',
        'tcp-check send AUTH\\ s:cret\\r\\n',
        'tcp-check expect string +OK',
        'tcp-check send INFO\\ replication\\r\\n',
        'tcp-check expect string role:master',
      ],
      servers: [servers.a, servers.b].map(({ name, url }) => ({ name, port: Number(new URL(url).port) })),
    },
    keepsConnections,
  );
  try {
    const config = {
      zone: 'platform.test',
      name: 'here.platform.test',
      type: 'A',
      ttl: 1,
      regions: { a: ['127.0.0.1'], b: ['127.0.0.2'] },
      servers: [dns.zone],
      resolvers: [dns.resolver],
      update: { kind: 'rfc2136', tsig: { name: 'drill', secretFile: dns.secretFile } },
      health: { url: `http://{{address}}:${pages.port}/`, timeoutSeconds: 5 },
    };
    const url = `redis://:s%3Acret@127.0.0.1:${edge.port}`;
    return await use({
      name: keepsConnections ? 'on-redis-stuck' : 'on-redis',
      store: { driver: 'redis', config: servers.config },
      route: { driver: 'dns', config },
      probes: [
        { kind: 'redis', name: 'write', connection: 'pooled', url, command: ['SET', 'seen', '{{id}}'] },
        { kind: 'redis', name: 'fresh', connection: 'fresh', url, command: ['SET', 'seen', '{{id}}'] },
      ],
      ledger: { kind: 'redis', url },
      drills: [
        { name: 'switchover', drill: { kind: 'switchover', from: 'a', to: 'b' } },
        { name: 'switchover-back', drill: { kind: 'switchover', from: 'b', to: 'a' } },
      ],
    });
  } finally {
    await edge.end();
    await pages.end();
    await Promise.all([servers.dispose(), dns.dispose()]);
  }
}

/** A page in each region, on the same port of two loopback addresses. */
async function regionPages(): Promise<{ readonly port: number; end(): Promise<void> }> {
  const page = (): Server => createServer((_, response) => void response.end('well'));
  const [one, other] = [page(), page()];
  one.listen(0, '127.0.0.1');
  await once(one, 'listening');
  const { port } = one.address() as AddressInfo;
  other.listen(port, '127.0.0.2');
  await once(other, 'listening');
  return {
    port,
    end: async () => {
      for (const server of [one, other]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
