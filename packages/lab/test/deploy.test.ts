import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LabSite } from '@ordeal/shared/platform/site';
import { systemClock as clock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeployStatus } from '../src/deploy/status.ts';
import { endProcesses } from '../src/leftovers/end.ts';
import { labDown, labStatus } from '../src/lab.ts';
import { runFiles } from '../src/supervisor/run-files.ts';
import { call, eventually, labName, up } from './support.ts';

/** Versions of the lab's API: one that is bad is taken back, and one that was left half-way can be gone back from. */
const run = promisify(execFile);
/** A deployment starts many processes: on a busy machine each takes its time. */
const LONG = { timeout: 400_000 };
const name = labName('deploy');
let site: LabSite;

beforeAll(async () => {
  site = await up(name);
});
afterAll(async () => {
  await labDown({ name, clock });
});

async function deploy(...args: readonly string[]): Promise<string> {
  const [program = '', ...rest] = site.deploy;
  return (await run(program, [...rest, ...args], { encoding: 'utf8' })).stdout;
}
const status = async (): Promise<DeployStatus> => JSON.parse(await deploy('status')) as DeployStatus;
const settled = (version: string) => async () => {
  const now = await status();
  return now.settled && now.versions.join() === version && now;
};

/** Traffic until it is told to end: a version is judged by what it answers. */
function traffic(): () => Promise<void> {
  let going = true;
  const sender = async (): Promise<void> => {
    while (going) {
      await call(site.entry, 'GET', '/v1/resources').catch(() => undefined);
      await clock.sleep(10);
    }
  };
  const senders = [sender(), sender(), sender()];
  return async () => {
    going = false;
    await Promise.all(senders);
  };
}

describe('deployments of a lab', () => {
  it('begin with one version that serves, and know of no others than there are', async () => {
    await eventually('the first version serves', settled('1.0.0'), 60_000);
    await expect(deploy('start', 'rolling', '7')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no version "7"'),
    });
    await expect(deploy('start', 'rolling', '1.0.0')).rejects.toMatchObject({
      stderr: expect.stringContaining('is what serves already'),
    });
  });

  it('a canary whose answers are errors is taken back, and nothing of it is left', LONG, async () => {
    const stop = traffic();
    try {
      await deploy('start', 'canary', '1.1.0-errors');
      const { value } = await eventually('it is taken back', settled('1.0.0'), 180_000);
      expect(value.detail).toMatch(/^1\.1\.0-errors was taken back: \d+ of its \d+ answers were errors$/);
    } finally {
      await stop();
    }
    const { state, units } = await labStatus({ name, clock });
    expect(state).toBe('up');
    expect(units.map(({ unit }) => unit).filter((unit) => /api-[34]/.test(unit))).toEqual([]);
  });

  it(
    'a deployer that dies half-way leaves it unsettled; going back makes the old version the only one',
    LONG,
    async () => {
      await deploy('start', 'rolling', '1.1.0');
      await eventually('both serve', async () => (await status()).versions.includes('1.1.0'), 180_000);
      const deployer = runFiles(site.dir, 'edge/deployer').alive();
      if (deployer === undefined) throw new Error('the deployer is at work');
      await endProcesses([deployer], { signal: 'SIGKILL', withinMs: 0 }, clock);
      const halfWay = await status();
      expect(halfWay.settled).toBe(false);
      expect(halfWay.detail).toContain('the deployer has ended');
      await deploy('rollback', '1.0.0');
      await eventually('the old version alone serves', settled('1.0.0'), 60_000);
      await deploy('rollback', '1.0.0');
      await eventually('it still does', settled('1.0.0'), 60_000);
      expect((await labStatus({ name, clock })).state).toBe('up');
    },
  );
});
