import { workloadMistakes } from '@ordeal/load/check-workload';
import type { Workload } from '@ordeal/shared/load/workload';
import type { Platform } from '@ordeal/shared/platform/platform';
import { isShaped } from '@ordeal/shared/scenario/load-windows';
import type { LoadPhase, Scenario } from '@ordeal/shared/scenario/scenario';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { perTenantOf, workloadFor } from '../run/phases/load-workload.ts';
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
  const loads = scenario.phases
    .filter((phase) => phase.phase === 'load')
    .map((phase) => ({ ...workloadFor(phase, platform), ...tenantsOf(phase, platform) }));
  const distinct = loads.filter(
    (load, index) => loads.findIndex((other) => contentsOf(other) === contentsOf(load)) === index,
  );
  const found = await Promise.all(distinct.map((load) => workloadMistakes(load, edge.node)));
  const mistakes = [...new Set(found.flat())];
  if (mistakes.length === 0) return;
  const more = mistakes.length > MOST_TOLD ? [`and ${mistakes.length - MOST_TOLD} more`] : [];
  throw new CommandError(
    `What k6 is to run for ${platform.name} has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}; nothing was touched.\n` +
      [...mistakes.slice(0, MOST_TOLD), ...more].map((line) => `  ${line}`).join('\n'),
    exitCodes.usage,
  );
}

/** A load of several tenants may have journeys that no other load has. */
function tenantsOf(phase: LoadPhase, platform: Platform): Partial<Workload> {
  return isShaped(phase) || phase.perTenant === undefined ? {} : perTenantOf(phase.perTenant, platform);
}

/** Loads of the same script, or of the same journeys, have the same mistakes. */
function contentsOf({ script, journeys }: Pick<Workload, 'script' | 'journeys'>): string {
  return script?.file.href ?? JSON.stringify(journeys.map(({ name }) => name));
}
