import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { echo } from 'zx';
import { ordeal, root, workplace } from '../ordeal.ts';

/** Every platform that the lab serves. */
export const platforms: readonly string[] = [
  'agentic-platform',
  'arklex',
  'marketing-agents',
  'research-agent',
  'research-assistant',
];

/** A game day may take no longer (s). */
const MOST_SECONDS = 300;

/** Of these each game day, and nothing else, is bound to take no longer. */
const GAME_DAY = 'gameday';
/** Promises of a rate, whose window takes a minute to be told. */
const LIMITS = 'limits';

/**
 * Every platform passes its whole game day on the healthy lab, each in under five minutes, and its limits are as
 * promised; with `all`, also every other scenario that it has.
 */
export async function provePlatforms(times: number, all: boolean): Promise<boolean> {
  let held = true;
  const scenarios = platforms.flatMap((platform) =>
    scenariosOf(platform)
      .filter((scenario) => all || scenario === GAME_DAY || scenario === LIMITS)
      .map((scenario) => ({ platform, scenario })),
  );
  for (let round = 1; round <= times; round += 1) {
    for (const { platform, scenario } of scenarios) {
      const cwd = workplace();
      const command = [scenario === LIMITS ? 'load' : 'gameday', '--scenario', scenario];
      const lab = ['--lab', '--lab-name', `prove-${process.pid}`];
      const ended = await ordeal(cwd, ...command, '--platform', platform, ...lab);
      const passed = ended.code === 0 && (scenario !== GAME_DAY || ended.seconds < MOST_SECONDS);
      held &&= passed;
      const limit = scenario === GAME_DAY ? `, of at most ${MOST_SECONDS}` : '';
      echo(`  ${platform}, ${scenario}: exit ${ended.code} after ${ended.seconds.toFixed(0)} s${limit}`);
      if (passed) rmSync(cwd, { recursive: true, force: true });
      else echo(`${ended.output.split('\n').slice(-40).join('\n')}\n  evidence: ${cwd}`);
    }
  }
  return held;
}

/** Names of a platform's scenarios, as its folder has them. */
function scenariosOf(platform: string): readonly string[] {
  return readdirSync(join(root, 'platforms', platform, 'scenarios'))
    .map((file) => file.replace(/\.ts$/, ''))
    .toSorted();
}
