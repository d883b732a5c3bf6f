import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { freePorts } from './two-servers.ts';

/** A tiny HTTP server. `ready` decides its health check; `answer` everything else. */
export interface Replica {
  readonly name: string;
  readonly port: number;
  ready: () => boolean | Promise<boolean>;
  answer: (path: string, response: ServerResponse) => void | Promise<void>;
  /** Closes its port and all connections. `start` opens it again. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface Edge {
  readonly url: string;
  readonly socket: string;
  readonly replicas: Readonly<Record<string, Replica>>;
  dispose(): Promise<void>;
}

/**
 * A real HAProxy in front of these replicas, in the backend `platform`; their health is checked every 100 ms. One that
 * is dead refuses, so that a slow answer may be waited for: the machine may be busy.
 */
export async function edgeOf(
  names: readonly string[],
  check = 'check inter 100ms fall 2 rise 2',
): Promise<Edge> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-edge-'));
  const [port = 0, ...ports] = await freePorts(names.length + 1);
  const replicas = names.map((name, index) => replicaOn(name, ports[index] ?? 0));
  await Promise.all(replicas.map((replica) => replica.start()));
  const socket = join(dir, 'haproxy.sock');
  writeFileSync(
    join(dir, 'haproxy.cfg'),
    `global
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 300ms
  timeout check 5s
  timeout client 10s
  timeout server 10s
  retries 2
  option redispatch 1
frontend entry
  bind 127.0.0.1:${port}
  default_backend platform
backend platform
  option httpchk GET /ready
  http-check expect status 200
  default-server ${check}
${replicas.map((one) => `  server ${one.name} 127.0.0.1:${one.port}`).join('\n')}
`,
  );
  const proxy = spawn(testTools().haproxy, ['-db', '-f', join(dir, 'haproxy.cfg')], { stdio: 'ignore' });
  const edge: Edge = {
    url: `http://127.0.0.1:${port}`,
    socket,
    replicas: Object.fromEntries(replicas.map((one) => [one.name, one])),
    dispose: async () => {
      const gone = proxy.exitCode === null && proxy.signalCode === null ? once(proxy, 'exit') : undefined;
      proxy.kill('SIGKILL');
      await gone;
      await Promise.all(replicas.map((replica) => replica.kill()));
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await eventually(async () => (await get(edge.url)).status === 200);
  return edge;
}

/** One request on a fresh connection. Status 0 when no answer came. */
export async function get(url: string, method = 'GET'): Promise<{ status: number; text: string }> {
  return await new Promise((resolve) => {
    const sent = request(url, { agent: false, method, timeout: 5000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', () => resolve({ status: 0, text: '' }));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve({ status: 0, text: '' }));
    sent.end();
  });
}

/** Waits until it holds; rejects after ten seconds. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 10_000;
  while (!(await holds())) {
    if (systemClock.now() > deadline) throw new Error('it did not come true within 10 s');
    await systemClock.sleep(20);
  }
}

function replicaOn(name: string, port: number): Replica {
  let server: Server | undefined;
  const replica: Replica = {
    name,
    port,
    ready: () => true,
    answer: (_path, response) => void response.end(name),
    start: async () => {
      if (server !== undefined) return;
      server = createServer((incoming, response) => {
        const path = incoming.url ?? '';
        const handle = async (): Promise<void> => {
          if (path !== '/ready') return await replica.answer(path, response);
          response.writeHead((await replica.ready()) ? 200 : 503).end();
        };
        handle().catch(() => response.writeHead(503).end());
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    kill: async () => {
      const was = server;
      server = undefined;
      if (was === undefined) return;
      was.closeAllConnections();
      await new Promise((resolve) => was.close(resolve));
    },
  };
  return replica;
}
