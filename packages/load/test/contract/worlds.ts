import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { Journey } from '@ordeal/shared/journey/journey';
import { journeyContext, type Failures } from '@ordeal/shared/journey/node-context';
import { readData } from '@ordeal/shared/journey/read-data';
import type { LoadRecord } from '@ordeal/shared/record/record';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { sumIntervals } from '@ordeal/shared/load/window';
import { bundleScript } from '../../src/bundle/bundle.ts';
import { startK6 } from '../../src/process/k6-process.ts';
import { askK6 } from '../../src/process/k6-version.ts';
import { startReceiver } from '../../src/remote-write/receiver.ts';
import { startWorkload } from '../../src/start-workload.ts';
import { testRun, workloadOf } from '../support/run.ts';
import { specOf } from '../support/script.ts';
import { takeSockets } from '../support/web-socket-server.ts';

export const secrets = { 'api-key': 'open=sesame, please' };

/** What a server saw of an iteration, in order, without what differs from world to world. */
export type Trace = readonly string[];

export interface Seen {
  readonly traces: readonly Trace[];
  readonly failures: readonly string[];
}

/** A shop with sessions and a feed; `traces` is what it saw, by the iterations that the requests name. */
export async function startShop() {
  const seen = new Map<string, string[]>();
  const note = (request: IncomingMessage, what: string) => {
    const iteration = String(request.headers['x-iteration']);
    const trace = seen.get(iteration) ?? [];
    seen.set(iteration, trace);
    trace.push(what);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { headers, method, url = '' } = request;
      const told = ['cookie', 'authorization', 'content-type', 'x-key', 'x-tenant', 'x-ordeal-run'];
      note(
        request,
        [`${method} ${url}`, ...told.map((name) => `${name}: ${String(headers[name])}`), body].join(' | '),
      );
      const session = /session=(\w+)/.exec(String(headers.cookie))?.[1];
      const answer = (status: number, text: string, more: Record<string, string | string[]> = {}) =>
        response.writeHead(status, { 'content-type': 'application/json', ...more }).end(text);
      if (url === '/sign-in' && method === 'POST') {
        answer(303, '', {
          location: '/me',
          'set-cookie': [
            `session=${new URLSearchParams(body).get('name')}; Path=/; HttpOnly`,
            'token=t1; Max-Age=60',
            'elsewhere=1; Path=/elsewhere',
            'secure=1; Path=/; Secure',
          ],
        });
      } else if (url === '/sign-in') answer(204, '', { 'set-cookie': 'session=; Path=/; Max-Age=0' });
      else if (url === '/me') answer(session === undefined ? 401 : 200, JSON.stringify({ name: session }));
      else if (url === '/missing') answer(404, '{}');
      else answer(200, JSON.stringify({ next: '/deep/page' }));
    });
  });
  takeSockets(server, {
    connected: (request) => {
      const { headers, url } = request;
      const told = ['cookie', 'x-key', 'x-tenant', 'x-ordeal-run', 'sec-websocket-protocol'];
      note(
        request,
        [`socket ${url}`, ...told.map((name) => `${name}: ${String(headers[name])}`)].join(' | '),
      );
    },
    message: (request, text, socket) => {
      note(request, `message ${text}`);
      if (request.url === '/silent') return;
      socket.send('noise');
      socket.send(`echo ${text}`);
    },
    closed: (request) => note(request, `closed ${request.url}`),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Hands over what it has seen so far, and begins anew. */
    take(): readonly Trace[] {
      const traces = [...seen.values()];
      seen.clear();
      return traces;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export type Shop = Awaited<ReturnType<typeof startShop>>;

export function contractFile(name: string): URL {
  return pathToFileURL(join(import.meta.dirname, '..', 'fixtures', 'contract', `${name}.ts`));
}

/** Runs a journey so often in Node, one after another. */
export async function inNode(name: string, shop: Shop, times: number): Promise<Seen> {
  const file = contractFile(name);
  const { default: journey } = (await import(file.href)) as { readonly default: Journey };
  const failures: Failures = [];
  const data = await readData(file, journey.data ?? {});
  for (let iteration = 0; iteration < times; iteration += 1) {
    const running = journeyContext(
      {
        run: 'r1',
        id: `r1-node-${iteration}`,
        tenant: 'acme',
        entry: shop.url,
        headers: { 'x-key': 'secret', 'x-tenant': 'acme', 'x-ordeal-run': 'r1' },
        timeoutMs: 1000,
        clock: systemClock,
        signal: new AbortController().signal,
        data,
        secrets,
        iteration,
      },
      failures,
    );
    await journey.run(running.context);
    await running.close();
  }
  return { traces: shop.take(), failures };
}

/** Runs a journey inside k6 for a second. */
export async function inK6(
  name: string,
  shop: Shop,
  k6: string,
): Promise<
  Seen & {
    readonly record: LoadRecord;
    readonly errors: Readonly<Record<string, number>>;
    readonly warnings: readonly string[];
    readonly dir: string;
    readonly clear: () => void;
  }
> {
  const run = testRun();
  const workload = workloadOf(name, shop.url, {
    journeys: [{ name, file: contractFile(name), weight: 1 }],
    tenants: ['acme'],
    // More iterations than virtual users: each must be free again in time.
    rate: 20,
    timeoutMs: 400,
    atMostSeconds: 1,
    secrets,
  });
  const load = await startWorkload(workload, { ...run.settings, k6 }, run.context);
  const end = await load.ended;
  const record = await load.stop();
  const { errors } = sumIntervals(load.stream.between(-Infinity, Infinity));
  if (end.how !== 'finished') throw new Error(JSON.stringify(end));
  return {
    traces: shop.take(),
    failures: [],
    record,
    errors,
    warnings: run.events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
    dir: run.context.dir,
    clear: run.clear,
  };
}

/** Runs a journey's bundle as it is, or with every `await` left in, inside k6 for a second. */
export async function inBundle(
  name: string,
  shop: Shop,
  k6: string,
  keepAwait: boolean,
): Promise<readonly Trace[]> {
  const run = testRun();
  const receiver = await startReceiver(
    () => {},
    () => {},
  );
  const workload = workloadOf(name, shop.url, {
    journeys: [{ name, file: contractFile(name), weight: 1 }],
    tenants: ['acme'],
    rate: 10,
    atMostSeconds: 1,
    secrets,
  });
  const { script, kept } = await bundleScript(workload, specOf(workload, receiver.stopUrl), { keepAwait });
  if (Object.keys(kept).length > 0) throw new Error(JSON.stringify(kept));
  const running = await startK6({
    k6,
    dialect: await askK6(k6),
    script,
    writeUrl: receiver.writeUrl,
    dir: run.context.dir,
    secrets,
    onWarning: () => {},
  });
  const exit = await running.exited;
  await receiver.close();
  run.clear();
  if (exit.code !== 0) throw new Error(running.errors().join('; '));
  return shop.take();
}
