import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ordeal, root, workplace } from '../ordeal.ts';
import { report } from './report.ts';

/** What the commands take as a whole, against a lab of their own. */
export async function benchCommands(): Promise<void> {
  const cwd = workplace();
  const lab = ['--lab-name', `bench-${process.pid}`];

  report(
    'set-up when everything is there (npm run setup)',
    's',
    repeat(5, () => timed('node', ['scripts/launch.mjs', 'setup'])),
  );
  report('ordeal --help', 's', await repeatAsync(7, async () => (await ordeal(cwd, '--help')).seconds));
  report(
    'lab up (the command as a whole)',
    's',
    await repeatAsync(5, async () => {
      const { seconds } = await must(ordeal(cwd, 'lab', 'up', ...lab));
      await must(ordeal(cwd, 'lab', 'down', ...lab));
      return seconds;
    }),
  );
  await must(ordeal(cwd, 'lab', 'up', ...lab));
  try {
    report(
      'smoke gate (the command as a whole)',
      's',
      await repeatAsync(7, async () => (await must(ordeal(cwd, 'smoke', ...lab))).seconds),
    );
    for (const pace of process.argv.includes('--quick') ? [] : ['short', 'full']) {
      const run = async (): Promise<number> =>
        (await must(ordeal(cwd, 'gameday', '--pace', pace, ...lab))).seconds;
      report(`game day at pace ${pace}, lab already up`, 's', await repeatAsync(1, run));
    }
  } finally {
    await ordeal(cwd, 'lab', 'down', ...lab);
    rmSync(cwd, { recursive: true, force: true });
  }
}

function timed(program: string, args: readonly string[]): number {
  const started = performance.now();
  spawnSync(program, args, { cwd: join(root), stdio: 'ignore' });
  return (performance.now() - started) / 1000;
}

function repeat(times: number, measure: () => number): readonly number[] {
  return Array.from({ length: times }, measure);
}

async function repeatAsync(times: number, measure: () => Promise<number>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let round = 0; round < times; round += 1) values.push(await measure());
  return values;
}

async function must<T extends { readonly code: number | null; readonly output: string }>(
  running: Promise<T>,
): Promise<T> {
  const ended = await running;
  if (ended.code !== 0) throw new Error(`exit ${ended.code}:\n${ended.output}`);
  return ended;
}
