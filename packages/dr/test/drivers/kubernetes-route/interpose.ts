import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';

export interface Interposed {
  /** Of the same user, by way of this. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** Stands before the API server, and lets something else happen there before the first PATCH gets through. */
export async function interpose(plane: ControlPlane, before: () => Promise<void>): Promise<Interposed> {
  let first = true;
  const forward = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    if (asked.method === 'PATCH' && first) {
      first = false;
      await before();
    }
    const target = new URL(asked.url ?? '/', plane.server);
    const passed = request(target, {
      method: asked.method ?? 'GET',
      headers: { ...asked.headers, host: target.host },
      ca: plane.certificate,
      agent: false,
    });
    const answered = once(passed, 'response') as Promise<[IncomingMessage]>;
    await pipeline(asked, passed);
    const [response] = await answered;
    answer.writeHead(response.statusCode ?? 502, response.headers);
    await pipeline(response, answer);
  };
  const server = createServer((asked, answer) => {
    forward(asked, answer).catch(() => answer.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const kubeconfig = `${plane.kubeconfig}-by-${address.port}`;
  // JSON is YAML.
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'interposed',
    contexts: [{ name: 'interposed', context: { cluster: 'interposed', user: 'interposed' } }],
    clusters: [
      {
        name: 'interposed',
        cluster: { server: `http://127.0.0.1:${address.port}`, 'insecure-skip-tls-verify': true },
      },
    ],
    users: [{ name: 'interposed', user: { token: plane.token } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  return {
    kubeconfig,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
