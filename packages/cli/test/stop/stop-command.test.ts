import { geteuid } from 'node:process';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeSite, type Site } from './site.ts';

/** The emergency stop through a file: a run under way ends in order, and none begins until it is cleared. */

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 240_000 });

let site: Site;
beforeAll(async () => {
  site = await makeSite();
});
afterAll(() => site.close());

const smoke = ['smoke', '--platform', 'shop'];

it('ends a run that is under way, refuses the next with who and why, and lets it begin once it is cleared', async () => {
  const arrived = site.hang();
  const underWay = site.on('here', ...smoke);
  await arrived;
  expect((await site.on('here', 'stop', '--status')).stdout).toMatch(/Run \S+ on shop is under way/);
  const stopped = await site.on('here', 'stop', '--why', 'customers are hurt');
  expect(stopped.code).toBe(0);
  expect(stopped.stdout).toMatch(/Ordered in the file .*stop\.json/);
  expect(stopped.stdout).toMatch(/Run \S+ on shop has healed, and ended/);
  const ended = await underWay;
  expect(ended.code).toBe(143);
  expect(ended.stdout).toMatch(/emergency stop, ordered by \S+@\S+ at .*: customers are hurt/);
  site.letGo();

  const refused = await site.on('here', ...smoke);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toMatch(
    /An emergency stop stands .*ordered by .*: customers are hurt.*stop --clear/s,
  );
  const status = await site.on('here', 'stop', '--status', '--json');
  expect(status.code).toBe(3);
  expect(JSON.parse(status.stdout)).toMatchObject({
    places: [{ sight: { state: 'ordered', order: { why: 'customers are hurt' } } }],
    active: [],
  });
  expect((await site.on('here', 'stop')).stdout).toMatch(/one stands already.*customers are hurt/);

  const cleared = await site.on('here', 'stop', '--clear');
  expect(cleared).toMatchObject({ code: 0, stdout: expect.stringContaining('customers are hurt') });
  expect((await site.on('here', 'stop', '--clear')).stdout).toContain('None stood');
  expect((await site.on('here', ...smoke)).code).toBe(0);
  expect((await site.on('here', 'stop', '--status')).code).toBe(0);
});

it('does not take both --clear and --status', async () => {
  expect((await site.on('here', 'stop', '--clear', '--status')).code).toBe(64);
});

it.skipIf(geteuid?.() !== 0)('ends the run of another user of the machine as well (needs root)', async () => {
  const ours = await makeSite();
  try {
    const arrived = ours.hang();
    const theirs = ours.onAsNobody('here', ...smoke);
    await Promise.race([arrived, theirs.then((ended) => expect.fail(`it ended: ${JSON.stringify(ended)}`))]);
    const stopped = await ours.on('here', 'stop', '--why', 'customers are hurt');
    expect(stopped.stdout).toMatch(/Run \S+ on shop has healed, and ended/);
    expect(stopped.code).toBe(0);
    expect(await theirs).toMatchObject({ code: 143, stdout: expect.stringContaining('customers are hurt') });
    const cleared = await ours.onAsNobody('here', 'stop', '--clear');
    expect(cleared.stdout).toMatch(
      /Not done in .*another user's, ordered by .*: let that user clear it, or root/,
    );
    expect(cleared.code).toBe(2);
  } finally {
    await ours.close();
  }
});
