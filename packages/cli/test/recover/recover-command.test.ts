import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pid } from 'node:process';
import { processIdentity } from '@ordeal/shared/process/identity';
import { processPlace } from '@ordeal/shared/process/place';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
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
  const arrived = site.hang();
  const underWay = site.on('here', 'smoke', '--platform', 'shop');
  await arrived;
  const refused = await site.on('here', 'recover', '--platform', 'shop', '--look');
  expect(refused.stdout).toMatch(/nothing was touched: run \S+ of \S+ has been at work on this platform/);
  expect(refused.code).toBe(3);
  expect(dead.isHealed()).toBe(false);
  site.letGo();
  expect((await underWay).code).toBe(0);
  const runs = join(site.dir, '.ordeal', 'runs');
  const [smoke = ''] = readdirSync(runs).filter((run) => run !== dead.run);
  expect(JSON.parse(readFileSync(join(runs, smoke, 'run.json'), 'utf8'))).toMatchObject({ place: here });

  const healed = await site.on('here', 'recover', '--platform', 'shop', '--look');
  expect(healed.stdout).toContain('healed      the load of dead');
  expect(healed.code).toBe(0);
  expect(dead.isHealed()).toBe(true);
});

it('refuses a run that is still under way, and heals the others', async () => {
  const living = await leave('living', alive, here);
  const dead = await leave('of-an-older-ordeal', gone, undefined);
  const recover = await site.on('here', 'recover');
  expect(recover.stdout).toMatch(/Run living\n +refused +.*still under way/);
  expect(recover.stdout).toContain('healed      the load of of-an-older-ordeal');
  expect(recover.code).toBe(3);
  expect([living.isHealed(), dead.isHealed()]).toEqual([false, true]);
  // What is seen to be alive is not dead because somebody says so.
  expect((await site.on('here', 'recover', '--run', 'living')).code).toBe(3);
  expect(living.isHealed()).toBe(false);
});

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
