import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { request, createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';

/** What becomes of a request. */
export type Rule =
  /** It never gets to the server. */
  | { readonly how: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The server does it, and the client is told something else. */
  | { readonly how: 'answer-after'; readonly status: number }
  /** The server does it, and the connection breaks before the answer. */
  | { readonly how: 'lose-answer' }
  /** It waits on its way, and gets to the server whether or not the client still waits for it. */
  | { readonly how: 'do-later'; readonly after: Promise<void> };

export interface TlsProxy {
  /** A kubeconfig that leads through the proxy. */
  readonly kubeconfig: string;
  /** Holds for the next `times` requests with this method, whose path contains `path`. */
  disturb(method: string, path: string, rule: Rule, times: number): void;
  /** Resolves when the server has answered such a request with this status. */
  answered(method: string, path: string, status: number): Promise<void>;
  /** From now on nothing gets through, as when the network is cut; until `mend`. */
  cut(): void;
  mend(): void;
  /** Requests that a rule was applied to. */
  readonly disturbed: readonly string[];
  stop(): Promise<void>;
}

/** Stands between a client and the API server, with the server's own certificate. */
export async function startTlsProxy(plane: ControlPlane): Promise<TlsProxy> {
  const dir = dirname(plane.kubeconfig);
  const tls = {
    cert: plane.certificate,
    key: readFileSync(join(dir, 'certificates', 'apiserver.key')),
  };
  const rules: { method: string; path: string; rule: Rule; left: number }[] = [];
  const disturbed: string[] = [];
  const waiting: { method: string; path: string; status: number; resolve: () => void }[] = [];
  const seen = (method: string, url: string, status: number): void => {
    for (const one of waiting) {
      if (one.method === method && url.includes(one.path) && one.status === status) one.resolve();
    }
  };
  let isCut = false;
  const server = createServer(tls, (incoming, outgoing) => {
    if (isCut) {
      incoming.socket.destroy();
      return;
    }
    const { method = '', url = '' } = incoming;
    const matching = rules.find((one) => one.left > 0 && one.method === method && url.includes(one.path));
    if (matching !== undefined) {
      matching.left -= 1;
      // Only what has come whole can get to the server later.
      incoming.once('end', () => disturbed.push(`${method} ${url}`));
    }
    if (matching?.rule.how === 'answer') {
      incoming.resume();
      refuse(outgoing, matching.rule.status, matching.rule.headers);
      return;
    }
    pass(plane.server, incoming, outgoing, matching?.rule, seen);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(dir, `through-${port}.kubeconfig`);
  writeFileSync(
    kubeconfig,
    readFileSync(plane.kubeconfig, 'utf8').replaceAll(plane.server, `https://127.0.0.1:${port}`),
    { mode: 0o600 },
  );
  return {
    kubeconfig,
    disturbed,
    cut: () => {
      isCut = true;
    },
    mend: () => {
      isCut = false;
    },
    disturb: (method, path, rule, times) => {
      rules.push({ method, path, rule, left: times });
    },
    answered: (method, path, status) =>
      new Promise((resolve) => waiting.push({ method, path, status, resolve })),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function pass(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  rule: Rule | undefined,
  seen: (method: string, url: string, status: number) => void,
): void {
  const { method = '', url = '', headers } = incoming;
  const forwarded = request(
    `${target}${url}`,
    // Only loopback, and only a server that the test has started.
    { method, headers, rejectUnauthorized: false, agent: false },
    (answer) => {
      seen(method, url, answer.statusCode ?? 0);
      // Nobody may be there any more to take it.
      if (outgoing.destroyed) {
        answer.resume();
        return;
      }
      if (rule === undefined || rule.how === 'do-later') {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
        return;
      }
      answer.resume();
      answer.on('end', () => {
        if (rule.how === 'answer-after') refuse(outgoing, rule.status);
        else outgoing.destroy();
      });
    },
  );
  forwarded.on('error', () => outgoing.destroy());
  if (rule?.how === 'do-later') {
    const body: Buffer[] = [];
    incoming.on('data', (part: Buffer) => body.push(part));
    void rule.after.then(() => forwarded.end(Buffer.concat(body)));
    return;
  }
  outgoing.on('close', () => forwarded.destroy());
  incoming.pipe(forwarded);
}

function refuse(
  outgoing: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: 'disturbed',
      code: status,
    }),
  );
}
