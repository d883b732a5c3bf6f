import type { LabSite } from '@ordeal/shared/platform/site';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { withoutPrograms } from '@ordeal/shared/testing/test-program';
import { systemClock as clock } from '@ordeal/shared/time/system-clock';
import { afterAll, describe, expect, it } from 'vitest';
import { labDown } from '../src/lab.ts';
import { call, labName, up } from './support.ts';

const name = labName('contract');
let site: LabSite;

afterAll(async () => {
  await labDown({ name, clock });
});

type Item = { id: string } & Record<string, unknown>;

/** A request of a client that nobody else is. */
async function ask(client: string, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(site.entry + path, {
    ...init,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': client, ...init.headers },
  });
  await response.clone().text();
  return response;
}

describe('the contracts', () => {
  it('that there are, are named when another one is asked for', async () => {
    await expect(up(name, { platform: 'shop' })).rejects.toThrow(
      'The lab does not serve the platform "shop". It serves agentic-platform, arklex, marketing-agents, research-agent, research-assistant.',
    );
  });

  it('suffer only what can befall them', async () => {
    await expect(up(name, { platform: 'marketing-agents', sabotage: ['drop-sockets'] })).rejects.toThrow(
      /Unknown sabotage "drop-sockets"\. The lab knows:\n(?!.*rate-limit)/s,
    );
  });
});

describe('research-assistant', () => {
  it('serves users who log in, whichever worker they come to, and counts their requests', async () => {
    site = await up(name, { platform: 'research-assistant' });
    const login = await ask('one', '/api/auth/login', {
      method: 'POST',
      body: JSON.stringify({ user: 'ada', run: 'run-1' }),
    });
    const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    expect(cookie).toMatch(/^session_id=/);
    const research = { method: 'POST', body: JSON.stringify({ query: 'region lost', run: 'run-1' }) };
    expect((await ask('one', '/api/research', research)).status).toBe(401);
    for (let worker = 0; worker < 8; worker += 1) {
      const made = await ask('one', '/api/research', { ...research, headers: { cookie } });
      expect(made.status).toBe(201);
      expect(await made.json()).toMatchObject({ output: { papers: [{ title: 'Regional failover' }] } });
    }
    for (const path of ['usage', 'costs', 'sources', 'performance', 'session-costs']) {
      expect((await ask('one', `/api/analytics/${path}`, { headers: { cookie } })).status).toBe(200);
    }
    expect((await ask('one', '/api/health')).status).toBe(200);
  });

  it('tells on a socket how research goes', async () => {
    const login = await ask('two', '/api/auth/login', {
      method: 'POST',
      body: JSON.stringify({ user: 'ada', run: 'run-1' }),
    });
    const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const Socket = WebSocket as unknown as new (url: string, options: object) => WebSocket;
    const socket = new Socket(`${site.entry.replace('http', 'ws')}/ws`, { headers: { cookie } });
    const heard: string[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('error', () => reject(new Error('no socket')));
      socket.addEventListener('message', ({ data }) => {
        const { type } = JSON.parse(String(data)) as { type: string };
        heard.push(type);
        if (type === 'ready') socket.send(JSON.stringify({ query: 'backups' }));
        if (type === 'result') resolve();
      });
    });
    socket.close();
    expect(heard).toEqual(['ready', 'progress', 'result']);
  });

  it('refuses a client after 100 requests to one worker, which counts for itself', async () => {
    const [one, two] = site.regions.a.replicas.map(({ url }) => url);
    const status = async (worker: string | undefined, client: string): Promise<number> => {
      const answer = await fetch(`${worker}/api/analytics/usage`, { headers: { 'x-forwarded-for': client } });
      await answer.text();
      return answer.status;
    };
    const codes: number[] = [];
    for (let sent = 0; sent < 110; sent += 1) codes.push(await status(one, 'greedy'));
    expect(codes.slice(0, 100)).not.toContain(429);
    expect(new Set(codes.slice(100))).toEqual(new Set([429]));
    expect(await status(two, 'greedy')).toBe(200);
    expect(await status(one, 'modest')).toBe(200);
  });

  it('removes what a run has left, sessions among it', async () => {
    const left = async () =>
      ((await (await ask('three', '/api/runs/run-1')).json()) as { left: number }).left;
    expect(await left()).toBe(10);
    expect((await ask('three', '/api/runs/run-1', { method: 'DELETE' })).status).toBe(200);
    expect(await left()).toBe(0);
    await labDown({ name, clock });
  });
});

const without = withoutPrograms('versitygw');

describe.skipIf(leftOut(without))(`arklex ${without ?? ''}`, () => {
  it('answers, under metrics of its own', async () => {
    site = await up(name, { platform: 'arklex' });
    const made = await call<Item>(site.entry, 'POST', '/api/chat', {
      message: 'daily backups',
      run: 'run-2',
    });
    expect(made).toMatchObject({ status: 201, body: { output: { source: 'Backups' } } });
    expect((await call(site.entry, 'GET', `/api/chat/${made.body.id}`)).body).toMatchObject({
      input: { message: 'daily backups' },
    });
    const metrics = await (await fetch(`${site.regions.a.replicas[0]?.url}/metrics`)).text();
    for (const line of [
      'arklex_requests_total{method="GET",endpoint="/api/chat/:id",status="200"}',
      'arklex_request_duration_seconds_bucket{le="0.1",method="POST",endpoint="/api/chat"}',
      'arklex_errors_total{endpoint="/api/chat"} 0',
    ]) {
      expect(metrics).toContain(line);
    }
    expect(metrics).not.toContain('http_requests_total');
  });

  it('refuses a client after 100 requests, whichever workers of its region they came to', async () => {
    const [one, two] = site.regions.a.replicas.map(({ url }) => url);
    const codes: number[] = [];
    const waits: number[] = [];
    for (let sent = 0; sent < 120; sent += 1) {
      const answer = await fetch(`${sent % 2 === 0 ? one : two}/api/chat`, {
        headers: { 'x-forwarded-for': 'greedy' },
      });
      codes.push(answer.status);
      if (answer.status === 429) waits.push(Number(answer.headers.get('retry-after')));
      await answer.text();
    }
    expect(codes.slice(0, 100)).not.toContain(429);
    expect(new Set(codes.slice(100))).toEqual(new Set([429]));
    expect(waits.every((seconds) => seconds > 0 && seconds <= 60)).toBe(true);
  });
});
