import { labDown, labNeeds, LabNotUp, labUp } from '@ordeal/lab/lab';
import { readSite } from '@ordeal/lab/read-site';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { Interrupted } from '../run/interruption.ts';
import { labPrograms } from './programs.ts';

interface LabOptions {
  /** Whose contract it serves. */
  readonly platform: string;
  readonly labName: string;
  readonly sabotage?: readonly string[];
}

/** Brings the lab up, does something, and takes the lab down again, whatever happened in between. */
export async function withLab(
  options: LabOptions,
  edge: Edge,
  signal: AbortSignal,
  action: () => Promise<number>,
): Promise<number> {
  await bringUp(options, edge, signal);
  try {
    return await action();
  } finally {
    await labDown({ name: options.labName, clock: systemClock });
  }
}

/** Brings the lab up; the lab says how long it took. A signal takes down what is up so far. */
export async function bringUp(options: LabOptions, edge: Edge, signal: AbortSignal): Promise<void> {
  if (readSite(options.labName) !== undefined) {
    throw new CommandError(
      `Lab "${options.labName}" is already up: run without --lab to use it, take it down with ` +
        `\`ordeal lab down --lab-name ${options.labName}\`, or choose another --lab-name.`,
      exitCodes.usage,
    );
  }
  const tools = labPrograms(edge, needsOf(options.platform));
  edge.stderr.write(`Bringing the lab "${options.labName}" up …\n`);
  try {
    await labUp({
      name: options.labName,
      platform: options.platform,
      tools,
      sabotage: options.sabotage ?? [],
      clock: systemClock,
      signal,
      say: (message) => edge.stderr.write(`  ${message}\n`),
    });
  } catch (error) {
    if (signal.reason instanceof Interrupted) {
      throw new CommandError('The lab was taken down again.', signal.reason.exitCode, [], error);
    }
    // The lab is a part of the suite: that it does not come up is nobody's mistake in what was asked for.
    const code = error instanceof LabNotUp ? exitCodes.broken : exitCodes.usage;
    throw new CommandError(reasonOf(error), code, [], error);
  }
}

function needsOf(platform: string): ReturnType<typeof labNeeds> {
  try {
    return labNeeds(platform);
  } catch (error) {
    throw new CommandError(reasonOf(error), exitCodes.usage, [], error);
  }
}
