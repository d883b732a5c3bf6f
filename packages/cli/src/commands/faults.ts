import type { ExperimentFault } from '@ordeal/chaos/experiment/deps';
import { reachOf } from '@ordeal/chaos/experiment/reach';
import { endingOf } from '@ordeal/chaos/experiment/unattended';
import type { DescribedFault } from '@ordeal/shared/scenario/described-fault';
import { faultsOf } from '@ordeal/shared/scenario/guardrails/production';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import type { Clock } from '@ordeal/shared/time/clock';
import { reasonOf } from '@ordeal/shared/reason-of';
import { within } from '@ordeal/shared/time/deadline';
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

/** What the faults of a scenario would hit, as far as the platform can be asked now. */
export interface FoundTargets {
  /** By the fault's name; without those that could not be asked for. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  /** What could not be asked for, and why, a sentence each. */
  readonly warnings: readonly string[];
}

/** Asks for what each fault of a scenario would hit. Only reads, and never rejects: a plan is made all the same. */
export async function findTargets(
  loaded: Pick<LoadedPlatform, 'needsLab' | 'drivers'>,
  { phases }: Pick<Scenario, 'phases'>,
  clock: Clock,
): Promise<FoundTargets> {
  if (loaded.needsLab) return { targets: new Map(), warnings: [] };
  const names = [...new Set(phases.flatMap(faultsOf))];
  const targets = new Map<string, readonly string[]>();
  const warnings: string[] = [];
  await Promise.all(
    names.map(async (name) => {
      const { driver, config, entry } = loaded.drivers.fault(name);
      try {
        const found = await within(clock, ANSWER_MS, 'The answer', undefined, (signal) =>
          driver.targets(config, { clock, signal, say: () => {} }),
        );
        targets.set(
          name,
          found.map((target) => target.name),
        );
      } catch (error) {
        warnings.push(
          `What "${entry.title}" would hit cannot be told now: ${reasonOf(error)}. It is asked again right before the injection, and nothing is injected that the guardrails forbid, or where there is no target.`,
        );
      }
    }),
  );
  return { targets, warnings: warnings.toSorted() };
}
