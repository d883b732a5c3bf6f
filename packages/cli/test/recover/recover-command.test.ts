import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pid } from 'node:process';
import { processIdentity } from '@ordeal/shared/process/identity';
import { processPlace } from '@ordeal/shared/process/place';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fileLease } from '../../src/run/lease.ts';
import { makeSite, type Site } from '../stop/site.ts';
import { leaveRun, type LeftRun } from './left-run.ts';

/** Whose things `ordeal recover` touches, by the folder of the runs. */

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 240_000 });

let site: Site;
const left: LeftRun[] = [];
beforeEach(async () => {
  site = await makeSite();
});
afterEach(async () => {
  for (const one of left.splice(0)) one.end();
  await site.close();
});

const here = processPlace();
const alive = processIdentity(pid) ?? '';
const gone = `${pid}@1`;
const leave = async (...args: Parameters<typeof leaveRun> extends [string, ...infer Rest] ? Rest : never) => {
  const one = await leaveRun(site.dir, ...args);
  left.push(one);
  return one;
};

it('--look: touches nothing while a run is at work on the platform, the folder of dead runs neither', async () => {
  const dead = await leave('dead', gone, here);
  const end = await site.atWork('here');
  const refused = await site.on('here', 'recover', '--platform', 'shop', '--look');
  expect(refused.stdout).toMatch(/nothing was touched: run \S+ of \S+ has been at work on this platform/);
  expect(refused.code).toBe(3);
  expect(dead.isHealed()).toBe(false);
  await end();
  expect((await site.on('here', 'smoke', '--platform', 'shop')).code).toBe(0);
  const runs = join(site.dir, '.ordeal', 'runs');
  const [smoke = ''] = readdirSync(runs).filter((run) => run !== dead.run);
  expect(JSON.parse(readFileSync(join(runs, smoke, 'run.json'), 'utf8'))).toMatchObject({
    place: here,
    entry: expect.stringContaining('http://127.0.0.1:'),
  });

  const healed = await site.on('here', 'recover', '--platform', 'shop', '--look');
  expect(healed.stdout).toContain('healed      the load of dead');
  expect(healed.code).toBe(0);
  expect(dead.isHealed()).toBe(true);
});

it('refuses a run that is still under way, and what another one has left on its platform', async () => {
  const living = await leave('living', alive, here);
  const dead = await leave('of-an-older-ordeal', gone, undefined);
  const elsewhere = await leave('on-another-lab', gone, here, 'http://127.0.0.1:2');
  rewrite('living', { entry: 'http://127.0.0.1:1' });
  const recover = await site.on('here', 'recover');
  expect(recover.stdout).toMatch(/Run living\n +refused +.*still under way/);
  expect(recover.stdout).toMatch(
    /Run of-an-older-ordeal\n +refused +run living is under way on this platform/,
  );
  expect(recover.stdout).toContain('healed      the load of on-another-lab');
  expect(recover.code).toBe(3);
  expect([living, dead, elsewhere].map((one) => one.isHealed())).toEqual([false, false, true]);
  // What is seen to be alive is not dead because somebody says so.
  expect((await site.on('here', 'recover', '--run', 'living')).code).toBe(3);
  expect(living.isHealed()).toBe(false);
});

it('touches nothing while a run of another folder is at work on the platform, and heals once that is dead', async () => {
  const entry = 'http://127.0.0.1:1';
  const dead = await leave('dead', gone, here, entry);
  const child = spawn('sleep', ['600']);
  const holder = { run: 'of-another-folder', by: 'ci@here', since: '2026-03-14T02:00:00Z' };
  const { signal } = new AbortController();
  // The same platform, by another spelling.
  const platform = { name: 'shop', entry: `${entry}/` };
  const folder = join(site.dir, 'here', 'leases');
  await fileLease(folder, platform, { pid: child.pid ?? 0, place: here }, systemClock).create(
    holder,
    30,
    signal,
  );
  const refused = await site.on('here', 'recover');
  expect(refused.stdout).toMatch(
    /Run dead\n +refused +nothing was touched: run of-another-folder of ci@here has been at work .*wait for it, or end it/,
  );
  expect(refused.code).toBe(3);
  expect(dead.isHealed()).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await site.on('here', 'recover')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('healed      the load of dead'),
  });
  expect(readdirSync(folder)).toEqual([]);
});

it('heals where the cluster that would know of other runs does not answer', async () => {
  const dead = await leave('dead', gone, here, 'http://127.0.0.1:1');
  const cluster = { kubeconfig: join(site.dir, 'no-such-file'), context: 'x', uid: 'y' };
  rewrite('dead', { coordination: { cluster, namespace: 'ordeal' } });
  const recover = await site.on('here', 'recover');
  expect(recover).toMatchObject({ code: 0, stdout: expect.stringContaining('healed      the load of dead') });
  expect(dead.isHealed()).toBe(true);
});

/** Changes what stands in a run's file. */
function rewrite(run: string, more: object): void {
  const path = join(site.dir, '.ordeal', 'runs', run, 'run.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...file, ...more }));
}

it('does not take a run of another pod for dead, as its process ids mean nothing here, until a person says so', async () => {
  const other = await leave('of-another-pod', gone, { ...here, host: 'ordeal-29481-x7k', pids: 'pid:[1]' });
  const unsure = await site.on('here', 'recover');
  expect(unsure.stdout).toMatch(
    /refused +.*on ordeal-29481-x7k.*cannot be seen from here.*--run of-another-pod/,
  );
  expect(unsure.code).toBe(3);
  expect(other.isHealed()).toBe(false);

  const vouched = await site.on('here', 'recover', '--run', 'of-another-pod');
  expect(vouched.stdout).toContain('healed      the load of of-another-pod');
  expect(vouched.code).toBe(0);
  expect(other.isHealed()).toBe(true);
});

it('says that there is no such run', async () => {
  const nobody = await site.on('here', 'recover', '--run', 'nobody');
  expect(nobody.code).toBe(64);
  expect(nobody.stderr).toMatch(/no run nobody in .*runs.*--look/s);
});

it('finds the runs of a platform that is named by its path', async () => {
  const dead = await leave('dead', gone, here);
  const healed = await site.on('here', 'recover', '--platform', './platforms/shop');
  expect(healed.stdout).toContain('healed      the load of dead');
  expect(healed.code).toBe(0);
  expect(dead.isHealed()).toBe(true);
});

it('does not take a run whose file cannot be read for one that has left nothing', async () => {
  const unread = await leave('unread', gone, here);
  const folder = join(site.dir, '.ordeal', 'runs');
  // As a file that only another user may read; to root everything can be read.
  writeFileSync(join(folder, 'unread', 'run.json'), '{ "run": "unre');
  // These have left nothing: one was refused before it had a file, and one is none.
  mkdirSync(join(folder, 'refused', 'undo'), { recursive: true });
  writeFileSync(join(folder, 'notes.txt'), '');
  const recover = await site.on('here', 'recover');
  expect(recover.stdout).toMatch(
    /^Run unread\n +left +1 undo entries are open, and 0 promotions stand: .*unread\/run.json cannot be read \(.*JSON.*as root/,
  );
  expect(recover.stdout).not.toContain('Run refused');
  expect(recover.code).toBe(4);
  expect(unread.isHealed()).toBe(false);
  const looked = await site.on('here', 'recover', '--platform', 'shop', '--look');
  expect(looked.stdout).toContain('Run unread');
  expect(looked.code).toBe(4);
});
