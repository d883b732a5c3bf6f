import { shapeKinds } from '@ordeal/shared/load/shape/parse-shape';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import type { ShapeRequest } from '../load/shaped-scenario.ts';
import type { RunOptions } from '../program.ts';
import { shapeFlagNames, type ShapeFlags } from '../shape-flags.ts';
import { runCommand } from './run.ts';

export interface LoadOptions extends RunOptions, ShapeFlags {}

/** `ordeal load [shape]`: a shape of load; without one, the load phases of a scenario. */
export async function loadCommand(
  kind: string | undefined,
  options: LoadOptions,
  edge: Edge,
): Promise<number> {
  const shape = shapeRequest(kind, options);
  return runCommand('load', shape === undefined ? options : { ...options, shape }, edge);
}

/** What the flags ask for; undefined when no shape is named. A flag that then has no meaning is a mistake. */
export function shapeRequest(kind: string | undefined, options: LoadOptions): ShapeRequest | undefined {
  const given = shapeFlagNames.filter((name) => options[flagKey(name)] !== undefined);
  if (kind === undefined) {
    const besides = (['objective', 'script'] as const).filter((name) => options[name] !== undefined);
    const [first] = [...given, ...besides];
    if (first === undefined) return undefined;
    throw new CommandError(
      `--${first} goes with a shape of load (${shapeKinds.join(', ')}): ordeal load baseline --${first} …`,
      exitCodes.usage,
    );
  }
  if (options.only !== undefined) {
    throw new CommandError(
      '--only picks a phase of a scenario; a shape of load has but one.',
      exitCodes.usage,
    );
  }
  return {
    kind,
    options: Object.fromEntries(given.map((name) => [name, options[flagKey(name)]])),
    objectives: options.objective,
    on: options.on,
    script: options.script,
    scenario: options.scenario,
    pace: options.pace,
  };
}

function flagKey(
  name: (typeof shapeFlagNames)[number],
): keyof Omit<ShapeFlags, 'objective' | 'on' | 'script'> {
  return name === 'warm-up' ? 'warmUp' : name;
}
