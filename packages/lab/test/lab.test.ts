import { kill } from 'node:process';
import type { LabSite } from '@ordeal/shared/platform/site';
import { systemClock as clock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labDown, labStatus } from '../src/lab.ts';
import { readSite } from '../src/read-site.ts';
import { call, control, eventually, expectGone, instant, labName, lose, up } from './support.ts';

const name = labName('main');
let site: LabSite;
let upAfterSeconds: number;

beforeAll(async () => {
  const begun = clock.now();
  site = await up(name);
  upAfterSeconds = (clock.now() - begun) / 1000;
});

afterAll(async () => {
  await labDown({ name, clock });
});

describe('a lab that is up', () => {
  it('came up quickly: under 5 s on a quiet machine, and within its deadline on any', () => {
    expect(upAfterSeconds).toBeLessThan(60);
  });

  it('has every unit running and ready, and tells where it is', async () => {
    const status = await labStatus({ name, clock });
    expect(status.units.filter(({ state, ready }) => state !== 'running' || !ready)).toEqual([]);
    expect(status.units).toHaveLength(15);
    expect(status.state).toBe('up');
    expect(readSite(name)).toEqual(site);
  });

  it('is not brought up twice', async () => {
    await expect(up(name)).rejects.toThrow(`A lab named "${name}" is up already`);
  });

  it('spreads requests over all replicas, which say who they are', async () => {
    const served = new Set<string | null>();
    for (let i = 0; i < 12; i++) {
      const { headers } = await call(site.entry, 'GET', '/health');
      expect(headers.get('x-region')).toBe(headers.get('x-served-by')?.[0]);
      served.add(headers.get('x-served-by'));
    }
    expect([...served].sort()).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  it('answers its control command with one line, or with a sentence', async () => {
    const region = await control(site.regions.a, 'status', 'a');
    expect(region).toMatchObject({ unit: 'a', state: 'running', ready: true });
    expect(region.processes.map((one) => one.name)).toEqual([
      'supervisor',
      'a/api-1',
      'a/api-2',
      'a/postgres',
      'a/redis',
      'a/toxiproxy',
    ]);
    await expect(control(site.regions.a, 'status', 'a/nothing')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no unit "a/nothing"'),
    });
  });
});

describe('the API, through the load balancer', () => {
  const run = 'run-contract';
  type Item = { id: string } & Record<string, unknown>;

  it('answers health checks', async () => {
    for (const path of ['/health', '/health/live', '/health/ready']) {
      expect((await call(site.entry, 'GET', path, undefined, '')).status).toBe(200);
    }
  });

  it('makes, lists, reads and deletes agents, and keeps tenants apart', async () => {
    const made = await call<Item>(site.entry, 'POST', '/v1/agents', { name: 'clerk', labels: { run } });
    expect(made).toMatchObject({ status: 201, body: { name: 'clerk', labels: { run } } });
    const path = `/v1/agents/${made.body.id}`;
    expect((await call(site.entry, 'GET', path)).body).toEqual(made.body);
    const { items } = (await call<{ items: Item[] }>(site.entry, 'GET', '/v1/agents')).body;
    expect(items.map(({ id }) => id)).toContain(made.body.id);
    expect((await call(site.entry, 'GET', path, undefined, 'acme')).status).toBe(404);
    expect((await call(site.entry, 'DELETE', path, undefined, 'acme')).status).toBe(404);
    expect((await call(site.entry, 'DELETE', path)).status).toBe(204);
    expect((await call(site.entry, 'GET', path)).status).toBe(404);
  });

  it('carries out tasks', async () => {
    const agent = (await call<Item>(site.entry, 'POST', '/v1/agents', { name: 'clerk', labels: { run } }))
      .body;
    const path = `/v1/agents/${agent.id}/tasks`;
    const counted = await call<Item>(site.entry, 'POST', path, {
      kind: 'word-count',
      input: 'three short words',
    });
    expect(counted).toMatchObject({
      status: 201,
      body: { status: 'succeeded', output: { words: 3, characters: 17 } },
    });
    expect((await call(site.entry, 'GET', `/v1/tasks/${counted.body.id}`)).body).toEqual(counted.body);
    const upper = await call(site.entry, 'POST', path, { kind: 'uppercase', input: 'loud' });
    expect(upper.body).toMatchObject({ output: { text: 'LOUD' } });
    const found = await call(site.entry, 'POST', path, { kind: 'knowledge-lookup', input: 'region lost' });
    expect(found.body).toMatchObject({ output: { documents: [{ title: 'Regional failover' }] } });
    expect((await call(site.entry, 'POST', path, { kind: 'dance', input: 'x' })).status).toBe(400);
    expect((await call(site.entry, 'POST', path, { kind: 'uppercase', input: 'x' }, 'acme')).status).toBe(
      404,
    );
  });

  it('stores documents, pages through them in order, shows duplicates, and finds them by their words', async () => {
    const collection = `${run}-pages`;
    const titles = ['one', 'two', 'two', 'three', 'four'];
    for (const title of titles) {
      const body = `a walrus called ${title}`;
      const made = await call(site.entry, 'POST', '/v1/knowledge/documents', { collection, title, body });
      expect(made.status).toBe(201);
    }
    const seen: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const path = `/v1/knowledge/documents?collection=${collection}&limit=2&after=${after}`;
      const page: { items: (Item & { title: string })[]; next: string | null } = (
        await call<{ items: (Item & { title: string })[]; next: string | null }>(site.entry, 'GET', path)
      ).body;
      seen.push(...page.items.map(({ title }) => title));
      after = page.next;
    }
    expect(seen).toEqual(titles);
    const search = (q: string, tenant?: string) =>
      call<{ items: Item[] }>(site.entry, 'GET', `/v1/knowledge/search?q=${q}`, undefined, tenant);
    // Found by its stem: this is full-text search, no substring.
    expect((await search('walruses')).body.items).toHaveLength(5);
    expect((await search('walrus', 'acme')).body.items).toEqual([]);
    const gone = await call(site.entry, 'DELETE', `/v1/knowledge/collections/${collection}`);
    expect(gone.body).toEqual({ deleted: 5 });
  });

  it('lists resources from a cache that its own writes invalidate', async () => {
    const replica = site.regions.a.replicas[0]!.url;
    const list = () =>
      call<{ agents: { count: number } }>(replica, 'GET', '/v1/resources', undefined, 'globex');
    const before = await list();
    const hit = await eventually('a hit', async () => {
      const again = await list();
      return again.headers.get('x-cache') === 'hit' && again;
    });
    expect(hit.value.body).toEqual(before.body);
    const agent = await call<Item>(replica, 'POST', '/v1/agents', { name: 'x' }, 'globex');
    expect((await list()).body.agents.count).toBe(before.body.agents.count + 1);
    await call(replica, 'DELETE', `/v1/agents/${agent.body.id}`, undefined, 'globex');
  });

  it('tells where a tenant may live', async () => {
    const { items } = (await call<{ items: Item[] }>(site.entry, 'GET', '/v1/tenants', undefined, '')).body;
    expect(items.length).toBeGreaterThanOrEqual(4);
    const clinic = await call(site.entry, 'GET', '/v1/tenants/eu-clinic', undefined, '');
    expect(clinic.body).toMatchObject({ data_residency: 'eu', allowed_regions: ['a', 'b'] });
  });

  it('counts and removes what a run has left', async () => {
    const document = { collection: `${run}-left`, title: 't', body: 'b' };
    await call(site.entry, 'POST', '/v1/knowledge/documents', document);
    const left = async () => (await call<{ left: number }>(site.entry, 'GET', `/v1/runs/${run}`)).body.left;
    expect(await left()).toBeGreaterThanOrEqual(4);
    expect((await call(site.entry, 'DELETE', `/v1/runs/${run}`)).status).toBe(200);
    expect(await left()).toBe(0);
  });

  it('refuses requests of nobody, of unknown tenants, and with bad content', async () => {
    expect((await call(site.entry, 'GET', '/v1/agents', undefined, '')).status).toBe(400);
    expect((await call(site.entry, 'GET', '/v1/agents', undefined, 'nobody')).status).toBe(403);
    expect((await call(site.entry, 'POST', '/v1/agents', { labels: {} })).status).toBe(400);
    expect((await call(site.entry, 'GET', '/v1/nothing')).status).toBe(404);
  });
});

describe('what is observed', () => {
  it('is scraped every second, from every job', async () => {
    const { value: targets } = await eventually('all targets up', async () => {
      const found = await instant(site, 'up == 1');
      return found.length === 11 && found;
    });
    expect(new Set(targets.map(({ metric }) => metric['job']))).toEqual(
      new Set(['api', 'haproxy', 'postgres', 'redis', 'toxiproxy']),
    );
    const [age] = await instant(site, 'max(time() - timestamp(up))');
    expect(Number(age!.value[1])).toBeLessThan(5);
    expect(await instant(site, 'pg_node_primary == 1')).toMatchObject([{ metric: { region: 'a' } }]);
    expect(await instant(site, 'redis_up == 1')).toHaveLength(2);
    expect(await instant(site, 'pg_up == 1')).toHaveLength(2);
  });

  it('tells of a standby that follows nobody that it lags, though it has replayed all that it received', async () => {
    const { b } = site.regions;
    const lag = async () => {
      const [found] = await instant(site, 'pg_node_replication_lag_seconds{region="b"}');
      return Number(found?.value[1]);
    };
    const link = (enabled: boolean) =>
      call(b.toxiproxy.api, 'POST', `/proxies/${b.proxies.replication}`, { enabled });
    expect(await lag()).toBe(0);
    await link(false);
    await eventually('it lags', async () => (await lag()) > 1);
    await link(true);
    await eventually('it follows again', async () => (await lag()) === 0);
  });

  it('has counters before anything is counted, and bounds at the usual limits', async () => {
    const unused = await instant(site, 'http_requests_total{route="/v1/agents",method="POST",status="503"}');
    expect(unused).toHaveLength(4);
    const limits = await instant(
      site,
      'count(http_request_duration_seconds_bucket{le=~"0.05|0.1|0.2|0.25|0.5|1|2|5",route="/v1/agents",method="GET"})',
    );
    expect(limits[0]?.value[1]).toBe('32');
    expect(await instant(site, 'process_start_time_seconds{job="api"}')).toHaveLength(4);
  });
});

describe('a replica', () => {
  it('that is killed is replaced at once, and clients hardly notice', async () => {
    const { a } = site.regions;
    const before = (await control(a, 'status', 'a/api-1')).processes[0]!;
    kill(before.pid, 'SIGKILL');
    const answers: number[] = [];
    const { value, tookMs } = await eventually(
      'a ready replacement',
      async () => {
        answers.push((await call(site.entry, 'GET', '/v1/agents')).status);
        const { ready, processes } = await control(a, 'status', 'a/api-1');
        return ready && processes[0];
      },
      30_000,
    );
    expect(value.identity).not.toBe(before.identity);
    expect(tookMs).toBeLessThan(30_000);
    expect(answers.filter((status) => status !== 200)).toEqual([]);
  });

  it('that hangs fails its liveness check and is replaced', async () => {
    const { b } = site.regions;
    const before = (await control(b, 'status', 'b/api-2')).processes[0]!;
    kill(before.pid, 'SIGSTOP');
    const { value } = await eventually(
      'a replacement',
      async () => {
        const { ready, processes } = await control(b, 'status', 'b/api-2');
        return ready && processes[0];
      },
      30_000,
    );
    expect(value.identity).not.toBe(before.identity);
  });

  it('that cannot reach the database is not ready, while the others serve', async () => {
    const { a, b } = site.regions;
    const toggle = (enabled: boolean) =>
      call(a.toxiproxy.api, 'POST', `/proxies/${a.proxies.postgresA}`, { enabled });
    await toggle(false);
    const ready = (url: string) => call<{ reasons?: string[] }>(url, 'GET', '/health/ready');
    const { value } = await eventually('a is not ready', async () => {
      const answer = await ready(a.replicas[0]!.url);
      return answer.status === 503 && answer;
    });
    expect(value.body.reasons).toEqual(['database: no node accepts writes']);
    expect((await ready(b.replicas[0]!.url)).status).toBe(200);
    await eventually('clients write through b', async () => {
      const made = await call<{ id: string }>(site.entry, 'POST', '/v1/agents', {
        name: 'x',
        labels: { run: 'cut' },
      });
      return made.status === 201 && made.headers.get('x-region') === 'b';
    });
    await toggle(true);
    await eventually('a is ready again', async () => (await ready(a.replicas[0]!.url)).status === 200, 3_000);
  });
});

describe('a region', () => {
  it('can be lost and started again: reads go on, and no acknowledged write is missing', async () => {
    const { a, b } = site.regions;
    const collection = 'loss-1';
    const write = (title: string) =>
      call(site.entry, 'POST', '/v1/knowledge/documents', { collection, title, body: 'b' });
    for (let i = 0; i < 5; i++) expect((await write(`w${i}`)).status).toBe(201);

    await lose(a);
    expect(await control(a, 'status', 'a')).toMatchObject({ state: 'stopped', ready: false, processes: [] });
    const page = `/v1/knowledge/documents?collection=${collection}`;
    const read = await eventually('b serves reads at the entry', async () => {
      const answer = await call<{ items: unknown[] }>(site.entry, 'GET', page);
      return answer.status === 200 && answer;
    });
    expect(read.value.headers.get('x-region')).toBe('b');
    expect(read.value.body.items).toHaveLength(5);
    expect((await write('nowhere')).status).toBe(503);
    expect((await labStatus({ name, clock })).state).toBe('degraded');

    // Fenced while its region is gone: it must not come back with it.
    await control(a, 'stop', 'a/postgres');
    await control(a, 'start', 'a');
    expect(await control(a, 'status', 'a/postgres')).toMatchObject({ state: 'stopped' });
    expect((await call(b.replicas[0]!.url, 'GET', '/health/ready')).status).toBe(503);

    expect(await control(a, 'start', 'a/postgres')).toMatchObject({ state: 'running', ready: true });
    await eventually('writes again', async () => (await write('again')).status === 201);
    const after = await call<{ items: { title: string }[] }>(site.entry, 'GET', page);
    expect(after.body.items.map(({ title }) => title)).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'again']);
    await eventually('everything ready', async () => (await labStatus({ name, clock })).state === 'up');
  });
});

describe('taking it down', () => {
  it('leaves no process and no directory, and may be repeated', async () => {
    const { stopped } = await labDown({ name, clock });
    expect(stopped).toBeGreaterThanOrEqual(18);
    expectGone(site.dir);
    expect(readSite(name)).toBeUndefined();
    expect(await labDown({ name, clock })).toEqual({ stopped: 0 });
    expect((await labStatus({ name, clock })).state).toBe('down');
  });
});
