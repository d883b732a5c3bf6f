import { labDown, labUp, readSite } from '@ordeal/lab/lab';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { labPrograms } from './programs.ts';

interface LabOptions {
  readonly labName: string;
  readonly sabotage?: readonly string[];
}

/** Brings the lab up, does something, and takes the lab down again, whatever happened in between. */
export async function withLab(
  options: LabOptions,
  edge: Edge,
  action: () => Promise<number>,
): Promise<number> {
  await bringUp(options, edge);
  try {
    return await action();
  } finally {
    await labDown({ name: options.labName, clock: systemClock });
  }
}

/** Brings the lab up; the lab says how long it took. A signal takes down what is up so far. */
export async function bringUp(options: LabOptions, edge: Edge): Promise<void> {
  if (readSite(options.labName) !== undefined) {
    throw new CommandError(
      `Lab "${options.labName}" is already up: run without --lab to use it, take it down with ` +
        `\`ordeal lab down --lab-name ${options.labName}\`, or choose another --lab-name.`,
      exitCodes.usage,
    );
  }
  const tools = labPrograms(edge);
  const interrupted = new AbortController();
  const stop = edge.onSignal((signal) =>
    interrupted.abort(
      new CommandError(`${signal}: the lab was taken down again.`, signal === 'SIGINT' ? 130 : 143),
    ),
  );
  edge.stderr.write(`Bringing the lab "${options.labName}" up …\n`);
  try {
    await labUp({
      name: options.labName,
      tools,
      sabotage: options.sabotage ?? [],
      clock: systemClock,
      signal: interrupted.signal,
      say: (message) => edge.stderr.write(`  ${message}\n`),
    });
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      error instanceof Error ? error.message : String(error),
      exitCodes.usage,
      [],
      error,
    );
  } finally {
    stop();
  }
}
