import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPrometheus, type RealPrometheus } from '../../../shared/test/prometheus/real-prometheus.ts';
import { makeWorkplace, type Workplace } from '../e2e/ordeal.ts';

const TOKEN = 'opensesame-4711';

const histogram = (name: string, more = '') =>
  ['0.1', '0.5', '1', '+Inf'].map((le) => `${name}_bucket{${more}le="${le}"} 1`).join('\n');

/** As a cluster's Prometheus has it: what the cluster says of itself stands before what the platform does. */
const cluster = [
  'apiserver_request_total{code="200"} 7',
  'apiserver_request_total{code="500"} 1',
  ...Array.from({ length: 25 }, (_, index) => histogram(`apiserver_${index}_request_duration_seconds`)),
  histogram('apiserver_admission_controller_admission_duration_seconds'),
].join('\n');
const shop = [
  'http_requests_total{status="200"} 9',
  'http_requests_total{status="500"} 1',
  'http_client_requests_total{status="200"} 3',
  histogram('db_query_seconds'),
  histogram('http_request_duration_seconds'),
  histogram('http_server_request_duration_seconds'),
].join('\n');
const worker = 'jobs_total 3';

type Answered = readonly [status: number, text: string];

interface Asked {
  readonly query: string;
  /** Asks the real one. */
  readonly ask: (query: string, reworded?: (text: string) => string) => Promise<Answered>;
}

/** A refusal that is not for who asks. */
const TOO_MUCH = JSON.stringify({
  status: 'error',
  errorType: 'execution',
  error: 'query processing would load too many samples',
});

describe('ordeal init, from a real Prometheus', { timeout: 180_000 }, () => {
  let prometheus: RealPrometheus;
  let guarded: string;
  let workplace: Workplace;
  const servers: Server[] = [];

  beforeAll(async () => {
    workplace = makeWorkplace();
    const [api, one, two, worked] = await Promise.all(
      [cluster, shop, shop, worker].map((text) => serve((_, response) => response.end(`${text}\n`))),
    );
    if (api === undefined || one === undefined || two === undefined || worked === undefined)
      throw new Error();
    prometheus = await startPrometheus(500, [
      { job: 'apiserver', targets: [api] },
      { job: 'kubelet', targets: [api] },
      { job: 'monitoring/prometheus-k8s', targets: [api] },
      { job: 'node-exporter', targets: [worked] },
      { job: 'web', targets: [one, two] },
      { job: 'worker', targets: [worked] },
    ]);
    const { port } = new URL(prometheus.url);
    // As a proxy in front of it: whoever is not known gets a page.
    guarded = `http://${await serve((asked, response) => {
      if (asked.headers.authorization !== `Bearer ${TOKEN}` || asked.headers['x-scope-orgid'] !== 'acme') {
        response.writeHead(401, { 'content-type': 'text/html' }).end('<h1>401</h1>');
        return;
      }
      const { url: path, method, headers } = asked;
      asked.pipe(
        request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        }),
      );
    })}`;
  }, 60_000);
  afterAll(async () => {
    await prometheus?.stop();
    for (const server of servers) server.close();
    workplace?.remove();
  });

  it('proposes the signals and the targets of the platform alone, and writes what may be planned', async () => {
    const written = await init('shop', '--prometheus', prometheus.url);
    expect(written.code, written.stderr).toBe(0);
    expect(written.stdout).toContain('signals of job "web": server errors and server p95');
    const text = platformText('shop');
    expect(text).toContain('http_requests_total{job=\\"web\\",status=~\\"5..\\"}');
    expect(text).toContain('"histogram": "http_request_duration_seconds"');
    expect(written.stdout).not.toContain('left out');
    expect(text).toContain('scrapeIntervalSeconds: 0.5');
    expect(text.match(/"selector": .*/g)).toEqual(['"selector": "up{job=\\"web\\"}",']);
    expect(text).toContain('"least": 2');
    const planned = await workplace.run('plan', '--platform', 'shop');
    expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  });

  it('takes the job that is named, and names those that are there', async () => {
    const named = await init('work', '--prometheus', prometheus.url, '--prometheus-job', 'worker');
    expect(named.stdout).toContain('signals of job "worker": none');
    expect(platformText('work')).toContain('up{job=\\"worker\\"}');
    const wrong = await init('wrong', '--prometheus', prometheus.url, '--prometheus-job', 'wep');
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('web, worker');
  });

  it('asks a protected one, and keeps what authorizes out of its files', async () => {
    const refused = await init('guarded', '--prometheus', guarded);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('HTTP 401');
    expect(refused.stderr).toContain('--prometheus-bearer-env');

    vi.stubEnv('SHOP_PROMETHEUS_TOKEN', TOKEN);
    const flags = ['--prometheus-bearer-env', 'SHOP_PROMETHEUS_TOKEN', '--prometheus-tenant', 'acme'];
    const written = await init('guarded', '--prometheus', guarded, ...flags);
    expect(written.code, written.stderr).toBe(0);
    const text = platformText('guarded');
    expect(text).toContain("auth: { bearer: context.env('SHOP_PROMETHEUS_TOKEN') },");
    expect(text).toContain("tenant: 'acme',");
    const files = readdirSync(workplace.dir, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    const holding = files.filter((one) =>
      readFileSync(join(one.parentPath, one.name), 'utf8').includes(TOKEN),
    );
    expect(files.length).toBeGreaterThan(0);
    expect(holding).toEqual([]);
    // Wherever a run begins, the file is found.
    const file = join(workplace.dir, 'token');
    writeFileSync(file, TOKEN);
    const byFile = ['--prometheus-bearer-file', 'token', '--prometheus-tenant', 'acme'];
    const named = await init('guarded-by-file', '--prometheus', guarded, ...byFile);
    expect(named.code, named.stderr).toBe(0);
    expect(platformText('guarded-by-file')).toContain(`bearerFile: '${file}'`);
    const planned = await workplace.run('plan', '--platform', 'guarded');
    expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  });

  it('leaves out a histogram whose name no objective takes, and says so', async () => {
    // As Prometheus 3 does with what OTLP calls so: such a name is one between quotes alone.
    const [inside, outside] = ['http_server_request_duration', 'http.server.request.duration'];
    const url = await behind(({ query, ask }) =>
      ask(query.replaceAll(`"${outside}`, `"${inside}`), (text) =>
        text.replaceAll(`"${inside}`, `"${outside}`),
      ),
    );
    const written = await init('otlp', '--prometheus', url);
    expect(written.code, written.stderr).toBe(0);
    expect(written.stdout).toContain('signals of job "web": server errors and server p95');
    expect(written.stdout).toContain('left out: "http.server.request.duration_seconds": in an objective');
    expect(platformText('otlp')).toContain('"histogram": "http_request_duration_seconds"');
  });

  it('goes on without a histogram that cannot be asked about, and says so', async () => {
    const url = await behind(({ query, ask }) =>
      query.includes('http_request_duration_seconds_bucket{') ? [422, TOO_MUCH] : ask(query),
    );
    const written = await init('partly', '--prometheus', url);
    expect(written.code, written.stderr).toBe(0);
    expect(written.stdout).toMatch(/left out: "http_request_duration_seconds": .*too many samples/);
    expect(platformText('partly')).toContain('"histogram": "http_server_request_duration_seconds"');
  });

  it('says how to say who asks only where that is why it is refused', async () => {
    const refused = await init('refused', '--prometheus', await behind(() => [422, TOO_MUCH]));
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('too many samples');
    expect(refused.stderr).not.toContain('--prometheus-bearer-env');
  });

  it('says what is wrong with the flags, without what may be a secret', async () => {
    const said = async (...flags: readonly string[]) => {
      const ended = await init('flags', ...flags);
      expect(ended.code).toBe(64);
      return ended.stderr;
    };
    const pasted = await said('--prometheus', guarded, '--prometheus-bearer-env', TOKEN);
    expect(pasted).toContain('--prometheus-bearer-env: expected the name of an environment variable');
    expect(pasted).not.toContain(TOKEN);
    expect(await said('--prometheus', guarded, '--prometheus-user', 'me')).toContain('expected both');
    expect(await said('--prometheus-job', 'shop')).toContain('expected --prometheus with it');
  });

  const init = (name: string, ...flags: readonly string[]) =>
    workplace.run('init', name, '--entry', 'https://shop.example', ...flags);

  const platformText = (name: string) =>
    readFileSync(join(workplace.dir, 'platforms', name, 'platform.ts'), 'utf8');

  /** The address of one that answers queries in its own way, for most by asking the real one. */
  async function behind(answerTo: (asked: Asked) => Answered | Promise<Answered>): Promise<string> {
    const host = await serve(async (asked, response) => {
      const form = new URLSearchParams((await asked.toArray()).join(''));
      const query = form.get('query') ?? '';
      const [status, text] = await answerTo({
        query,
        ask: async (other, reworded = (same) => same) => {
          form.set('query', other);
          const { method = 'GET' } = asked;
          const answer = await fetch(`${prometheus.url}${asked.url}`, {
            method,
            ...(method === 'GET' ? {} : { body: form }),
          });
          return [answer.status, reworded(await answer.text())];
        },
      });
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
    return `http://${host}`;
  }

  /** Gives `host:port`. */
  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});
