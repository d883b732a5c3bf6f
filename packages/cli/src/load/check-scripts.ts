import { workloadMistakes } from '@ordeal/load/check-workload';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { workloadFor } from '../run/phases/load-workload.ts';
import type { LoadedPlatform } from './load-platform.ts';

const MOST_TOLD = 20;

/**
 * Checks what k6 is to run, as far as that can be done without running it. Throws one error with all mistakes: what
 * runs in Node, as journeys do when they are read, need not run in k6, and nobody has looked at its types.
 */
export async function checkScripts(
  { platform }: LoadedPlatform,
  scenario: Scenario,
  edge: Edge,
): Promise<void> {
  const loads = scenario.phases.filter((phase) => phase.phase === 'load');
  const distinct = loads.filter(
    ({ script }, index) => loads.findIndex((other) => other.script?.href === script?.href) === index,
  );
  const found = await Promise.all(
    distinct.map((phase) => workloadMistakes(workloadFor(phase, platform), edge.node)),
  );
  const mistakes = [...new Set(found.flat())];
  if (mistakes.length === 0) return;
  const more = mistakes.length > MOST_TOLD ? [`and ${mistakes.length - MOST_TOLD} more`] : [];
  throw new CommandError(
    `What k6 is to run for ${platform.name} has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}; nothing was touched.\n` +
      [...mistakes.slice(0, MOST_TOLD), ...more].map((line) => `  ${line}`).join('\n'),
    exitCodes.usage,
  );
}
