import type { ExperimentFault } from '@ordeal/chaos/experiment/deps';
import { reachOf } from '@ordeal/chaos/experiment/reach';
import { endingOf } from '@ordeal/chaos/experiment/unattended';
import type { DescribedFault } from '@ordeal/shared/scenario/described-fault';
import { faultsOf } from '@ordeal/shared/scenario/guardrails/production';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import type { Clock } from '@ordeal/shared/time/clock';
import type { LoadedPlatform } from '../load/load-platform.ts';

/** So long for one answer: whoever plans is waiting. */
const ANSWER_MS = 5_000;

/** What a plan says of a fault. `targets` are undefined when the platform could not be asked. */
export function describeFault(
  fault: ExperimentFault,
  targets: readonly string[] | undefined,
): DescribedFault {
  const { driver, config, entry } = fault;
  return {
    text: `${entry.title} (${driver.describe(config)})`,
    action: driver.action?.(config) ?? null,
    ending: endingOf(fault),
    reach: targets === undefined ? undefined : reachOf(fault, targets),
  };
}

/** What each fault of a scenario would hit, as far as the platform can be asked now. Only reads. */
export async function findTargets(
  loaded: LoadedPlatform,
  { phases }: Scenario,
  clock: Clock,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (loaded.needsLab) return new Map();
  const names = [...new Set(phases.flatMap(faultsOf))];
  const found = await Promise.all(
    names.map(async (name) => {
      const { driver, config } = loaded.drivers.fault(name);
      try {
        const signal = AbortSignal.timeout(ANSWER_MS);
        const targets = await driver.targets(config, { clock, signal, say: () => {} });
        return [[name, targets.map((target) => target.name)] as const];
      } catch {
        // A target that cannot be asked is preflight's to report; a plan is made all the same.
        return [];
      }
    }),
  );
  return new Map(found.flat());
}
