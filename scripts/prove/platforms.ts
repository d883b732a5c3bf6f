import { rmSync } from 'node:fs';
import { echo } from 'zx';
import { ordeal, workplace } from '../ordeal.ts';

/** Every platform that the lab serves. */
export const platforms: readonly string[] = [
  'agentic-platform',
  'arklex',
  'marketing-agents',
  'research-agent',
  'research-assistant',
];

/** Those that promise a rate, whose window takes a minute to be told. */
const limited: readonly string[] = ['arklex', 'research-assistant'];

/** A game day may take no longer (s). */
const MOST_SECONDS = 300;

/** Every platform passes its whole game day on the healthy lab, each in under five minutes, and its limits are as promised. */
export async function provePlatforms(times: number): Promise<boolean> {
  let held = true;
  for (let round = 1; round <= times; round += 1) {
    const commands = [
      ...platforms.map((platform) => ({ platform, command: ['gameday'] })),
      ...limited.map((platform) => ({ platform, command: ['load', '--scenario', 'limits'] })),
    ];
    for (const { platform, command } of commands) {
      const cwd = workplace();
      const lab = ['--lab', '--lab-name', `prove-${process.pid}`];
      const ended = await ordeal(cwd, ...command, '--platform', platform, ...lab);
      const passed = ended.code === 0 && ended.seconds < MOST_SECONDS;
      held &&= passed;
      echo(`  ${platform}, ${command.join(' ')}: exit ${ended.code} after ${ended.seconds.toFixed(0)} s`);
      if (passed) rmSync(cwd, { recursive: true, force: true });
      else echo(`${ended.output.split('\n').slice(-40).join('\n')}\n  evidence: ${cwd}`);
    }
  }
  return held;
}
