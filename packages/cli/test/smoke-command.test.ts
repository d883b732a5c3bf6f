import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeSite, type Ended, type Site } from './stop/site.ts';

/** The smoke gate on a platform that is not there: what did not answer has failed, and nothing was created. */

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 });

const sites: Site[] = [];
afterEach(async () => {
  await Promise.all(sites.splice(0).map((site) => site.close()));
});

const sweeps = `sweep: { requests: [{ method: 'DELETE', path: '/runs/{{run}}' }],
  count: { method: 'GET', path: '/runs/{{run}}', field: 'count' } },`;

async function smokeOf(parts: string): Promise<Ended & { readonly junit: string }> {
  const site = await makeSite('', parts);
  sites.push(site);
  const ended = await site.on('here', 'smoke', '--platform', 'shop');
  const report = /Report: (.*)$/m.exec(ended.stdout)?.[1] ?? '';
  return { ...ended, junit: readFileSync(join(dirname(report), 'junit.xml'), 'utf8') };
}

/** Takes connections, and answers nothing. */
async function portWith(taken: (socket: Socket) => void): Promise<{ readonly port: number; close(): void }> {
  const server = createServer(taken);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

describe('a smoke gate', () => {
  it.each([
    ['nothing listens', 'http://127.0.0.1:1', 'ECONNREFUSED'],
    ['there is no such host', 'http://nothing.invalid', 'ENOTFOUND|EAI_AGAIN'],
  ])('fails where %s, each check by its name, and leaves nothing', async (_, entry, error) => {
    const { code, stdout, junit } = await smokeOf(`entry: '${entry}', ${sweeps}`);
    expect(stdout).toMatch(new RegExp(`check health does not hold: .*no answer: (${error})`));
    expect(stdout).toMatch(new RegExp(`check slow does not hold: .*no answer: (${error})`));
    expect(code, stdout).toBe(1);
    expect(junit).toMatch(/<failure /);
    expect(junit).not.toMatch(/<error /);
  });

  it.each([[['/', '/late']], [['/late', '/']]])(
    'fails where one of its health endpoints does not answer, whichever: %j',
    async (urls) => {
      const silent = await portWith(() => {});
      const health = urls.map((url) =>
        url === '/late'
          ? `{ name: 'late', url: 'http://127.0.0.1:${silent.port}/', expectStatus: 200 }`
          : `{ name: 'health', url: '/', expectStatus: 200 }`,
      );
      const { code, stdout } = await smokeOf(`timeoutMs: 1_000, health: [${health.join(', ')}],`);
      silent.close();
      expect(stdout).toContain('check late does not hold: expected status 200, got no answer: timed out');
      expect(code, stdout).toBe(1);
    },
  );

  it('does not say that nothing is left where a journey may have got there', async () => {
    const broken = await portWith((socket) => void socket.destroy());
    const { code, stdout } = await smokeOf(`entry: 'http://127.0.0.1:${broken.port}', ${sweeps}`);
    broken.close();
    expect(stdout).toContain('data that the run created at tenant t: ');
    expect(code, stdout).toBe(4);
  });

  it('goes on beside another one', async () => {
    const site = await makeSite();
    sites.push(site);
    const arrived = site.hang();
    const first = site.on('here', 'smoke', '--platform', 'shop');
    await arrived;
    const second = site.on('here', 'smoke', '--platform', 'shop');
    await expect
      .poll(async () => (await site.on('here', 'stop', '--status')).stdout, {
        timeout: 30_000,
        interval: 300,
      })
      .toMatch(/Run \S+ on shop is under way\.\n.*Run \S+ on shop is under way\./s);
    site.letGo();
    expect([(await first).code, (await second).code]).toEqual([0, 0]);
    expect((await site.on('here', 'stop', '--status')).stdout).not.toContain('under way');
  });

  it('waits for its turn where its sweep would delete what another run has created', async () => {
    const site = await makeSite('', sweeps.replaceAll('/runs/{{run}}', '/runs'));
    sites.push(site);
    const end = await site.atWork('here');
    const { code, stdout } = await site.on('here', 'smoke', '--platform', 'shop');
    await end();
    expect(stdout).toMatch(/run another-run of ada@here has been at work .*wait for it, or end it/);
    expect(code).toBe(3);
  });

  it('goes on beside a run that is at work on the platform, and says whose doing a failure may be', async () => {
    const site = await makeSite();
    sites.push(site);
    const end = await site.atWork('here');
    const { code, stdout } = await site.on('here', 'smoke', '--platform', 'shop');
    await end();
    expect(stdout).toMatch(/Run another-run of ada@here has been at work on this platform since/);
    expect(code, stdout).toBe(0);
    expect((await site.on('here', 'smoke', '--platform', 'shop')).stdout).not.toContain('at work');
  });

  it('is broken by what a journey throws when nobody waits for it, and names the file', async () => {
    const site = await makeSite();
    sites.push(site);
    const file = join(site.dir, 'platforms', 'shop', 'slow.ts');
    const journey = readFileSync(file, 'utf8');
    const late = `run: async (context) => { setTimeout(() => { throw new Error('too late'); }, 1);`;
    writeFileSync(file, journey.replace('run: async (context) => {', late));
    void site.hang();
    const { code, stderr } = await site.on('here', 'smoke', '--platform', 'shop');
    expect(stderr).toMatch(/^\S+\/platforms\/shop\/slow\.ts:\d+:\d+ has thrown where nobody waits for it/m);
    expect(stderr).toContain('too late');
    expect(stderr).not.toContain('a defect of ordeal');
    expect(code).toBe(70);
  });
});
