import { rmSync } from 'node:fs';
import { echo } from 'zx';
import { ordeal, workplace, type Ended } from '../ordeal.ts';
import { withCloudNativePg } from './drivers/cloudnative-pg.ts';
import type { Control } from './control.ts';
import { writePlatform, type OtherStore } from './drivers/platform-folder.ts';
import { withPatroni } from './drivers/patroni.ts';
import { withRedis } from './drivers/redis.ts';

const LAB = `prove-${process.pid}`;

/** Drills of stores and routes that the lab has not got, as a user runs them: Patroni with etcd, Redis, BIND, CloudNativePG. */
export function proveDrivers(): Promise<boolean> {
  return onLab(async (cwd) => {
    const patroni = await withPatroni((platform) => passes(cwd, platform));
    const redis = await withRedis(false, (platform) => passes(cwd, platform));
    const stuck = await withRedis(true, async (platform) => (await drillStuck(cwd, platform)).held);
    const cnpg = await withCloudNativePg((platform) => passes(cwd, platform));
    return (await isRefused(cwd)) && patroni && redis && stuck && cnpg;
  });
}

/** Clients whose pool stays on the old primary: the others are well, and the drill must not be. */
export async function proveStuckClients(): Promise<Control> {
  let stuck: Control | undefined;
  await onLab((cwd) =>
    withRedis(true, async (platform) => {
      stuck = await drillStuck(cwd, platform);
      return stuck.held;
    }),
  );
  if (stuck === undefined) throw new Error('The drill of stuck clients was not run.');
  return stuck;
}

async function onLab(use: (cwd: string) => Promise<boolean>): Promise<boolean> {
  const cwd = workplace();
  let held = false;
  const up = await ordeal(cwd, 'lab', 'up', '--lab-name', LAB);
  try {
    if (up.code !== 0) throw new Error(`the lab is not up:\n${up.output}`);
    held = await use(cwd);
    return held;
  } finally {
    await ordeal(cwd, 'lab', 'down', '--lab-name', LAB);
    if (held) rmSync(cwd, { recursive: true, force: true });
    else echo(`  evidence: ${cwd}`);
  }
}

function drill(cwd: string, platform: OtherStore, deadline: number): Promise<Ended> {
  const folder = writePlatform(cwd, platform, deadline);
  return ordeal(cwd, 'drill', '--platform', folder, '--scenario', 'recovery', '--lab-name', LAB);
}

async function passes(cwd: string, platform: OtherStore): Promise<boolean> {
  const ended = await drill(cwd, platform, 60);
  const drills = platform.drills.map(({ name }) => name).join(', ');
  echo(`  ${platform.name} (${drills}): exit ${ended.code} after ${ended.seconds.toFixed(0)} s`);
  if (ended.code !== 0) echo(ended.output.split('\n').slice(-60).join('\n'));
  return ended.code === 0;
}

/** The lab's own store, the other way round: there is no primary to move away from region b. */
async function isRefused(cwd: string): Promise<boolean> {
  const args = ['drill', '--only', 'switchover-back', '--scenario', 'recovery', '--pace', 'short'];
  const ended = await ordeal(cwd, ...args, '--lab-name', LAB);
  const isNamed = ended.output.includes('node b is no primary');
  echo(`  a move from where the primary is not: exit ${ended.code}, ${isNamed ? 'named' : 'NOT NAMED'}`);
  if (ended.code !== 3 || !isNamed) echo(ended.output.split('\n').slice(-40).join('\n'));
  return ended.code === 3 && isNamed;
}

async function drillStuck(cwd: string, platform: OtherStore): Promise<Control> {
  const ended = await drill(cwd, platform, 10);
  const [named] = /not recovered within 10 s: write\b(?!, fresh)[^\n]*/.exec(ended.output) ?? [];
  const held = ended.code === 1 && named !== undefined;
  const what = 'pooled clients stuck on the old primary';
  const said = `exit ${ended.code}: ${named ?? 'NOT NAMED'}`;
  echo(`  ${what}: ${said}`);
  if (!held) echo(ended.output.split('\n').slice(-60).join('\n'));
  return { what, shownBy: 'ordeal drill, on Redis', held, said };
}
