import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kill } from 'node:process';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock as clock } from '@ordeal/shared/time/system-clock';
import { afterAll, describe, expect, it } from 'vitest';
import { labDown } from '../src/lab.ts';
import { labDir } from '../src/layout/paths.ts';
import { call, control, eventually, expectGone, labName, up } from './support.ts';

const one = labName('one');
const two = labName('two');

afterAll(async () => {
  for (const name of [one, two]) await labDown({ name, clock });
});

describe('names', () => {
  it('of labs are short and plain', () => {
    expect(() => labDir('../etc')).toThrow('is no name for a lab');
    expect(() => labDir('a-name-that-is-far-too-long')).toThrow('is no name for a lab');
  });

  it('of sabotages are known, or listed', async () => {
    await expect(up(one, { sabotage: ['slow', 'sloww', 'lies'] })).rejects.toThrow(
      /Unknown sabotage "sloww", "lies"\. The lab knows:\n.*lose-acknowledged-writes/,
    );
    expectGone(labDir(one));
  });
});

describe('a lab that does not come up', () => {
  it('tries other ports once, then says which component failed and what it said last, and leaves nothing', async () => {
    const redis = join(mkdtempSync(join(tmpdir(), 'ordeal-test-')), 'redis-server');
    writeFileSync(redis, '#!/bin/sh\necho "bind: Address already in use"; exit 3\n', { mode: 0o755 });
    const said: string[] = [];
    const bringing = up(one, { tools: { ...testTools(), redis }, say: (message) => said.push(message) });
    await expect(bringing).rejects.toThrow(
      /was taken down again\. [ab]\/redis does not come up: it ended with code 3\. Its log ends with:\nbind: /,
    );
    expect(said.filter((message) => message.startsWith('A port was taken'))).toHaveLength(1);
    expectGone(labDir(one));
    rmSync(dirname(redis), { recursive: true });
  });

  it('is taken down when the caller gives up', async () => {
    const caller = new AbortController();
    const bringing = up(one, {
      signal: caller.signal,
      say: (message) => {
        if (message.startsWith('Starting a/postgres')) caller.abort(new Error('interrupted'));
      },
    });
    await expect(bringing).rejects.toThrow('interrupted');
    expectGone(labDir(one));
  });
});

describe('two labs side by side', () => {
  it('do not touch each other, and what crashed in one is cleaned up without the other', async () => {
    const sabotage = ['lose-acknowledged-writes', 'slow', 'errors', 'no-metrics'];
    const [first, second] = await Promise.all([up(one), up(two, { sabotage })]);
    expect(first.sabotage).toEqual([]);
    expect(second.sabotage).toEqual(sabotage);
    await expectSabotaged(second.entry);

    // Without its supervisor a region goes on; starting it takes over what was left.
    const { a } = first.regions;
    const before = await control(a, 'status', 'a');
    kill(before.processes[0]!.pid, 'SIGKILL');
    const orphaned = await eventually('orphans', async () => {
      const status = await control(a, 'status', 'a');
      return status.state === 'degraded' && status;
    });
    expect(orphaned.value.processes.length).toBeGreaterThanOrEqual(5);
    const after = await control(a, 'start', 'a');
    expect(after).toMatchObject({ state: 'running', ready: true });
    expect(after.processes).toHaveLength(6);
    const identities = new Set(before.processes.map(({ identity }) => identity));
    expect(after.processes.filter(({ identity }) => identities.has(identity))).toEqual([]);

    // Now everything that would put things back is gone, and only the processes themselves are left.
    for (const site of ['a', 'b', 'edge']) {
      kill((await control(a, 'status', site)).processes[0]!.pid, 'SIGKILL');
    }
    const { stopped } = await labDown({ name: one, clock });
    expect(stopped).toBeGreaterThanOrEqual(15);
    expectGone(first.dir);
    expect((await call(second.entry, 'GET', '/health/live')).status).toBe(200);
    await labDown({ name: two, clock });
    expectGone(second.dir);
  });
});

async function expectSabotaged(entry: string): Promise<void> {
  expect((await call(entry, 'GET', '/metrics')).status).toBe(404);

  const timed = async () => {
    const begun = clock.now();
    const { status } = await call(entry, 'GET', '/v1/tenants');
    return { status, ms: clock.now() - begun };
  };
  const answers = await Promise.all(Array.from({ length: 600 }, timed));
  const share = (test: (answer: { status: number; ms: number }) => boolean) =>
    answers.filter(test).length / answers.length;
  // Far beyond chance: of 600, 2 % is 12 ± 3.4.
  expect(share(({ status }) => status === 500)).toBeGreaterThan(0.001);
  expect(share(({ status }) => status === 500)).toBeLessThan(0.06);
  expect(share(({ ms }) => ms >= 400)).toBeGreaterThan(0.03);

  const collection = 'late-1';
  const document = { collection, title: 't', body: 'b' };
  const written = () => call(entry, 'POST', '/v1/knowledge/documents', document);
  await eventually('an acknowledgement', async () => (await written()).status === 201);
  const found = async () => {
    const { body } = await call<{ items?: unknown[] }>(
      entry,
      'GET',
      `/v1/knowledge/documents?collection=${collection}`,
    );
    return body.items?.length;
  };
  expect((await eventually('a page', found)).value).toBe(0);
  await eventually('the document, later', async () => (await found()) === 1);
}
