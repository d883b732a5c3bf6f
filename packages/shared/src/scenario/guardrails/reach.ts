import type { Guardrails } from '../../platform/platform.ts';
import type { Population, Reach } from '../described-fault.ts';
import type { FaultOrder } from '../scenario.ts';
import { inTogether } from '../stages.ts';
import { patternOf } from './pattern.ts';

/** One fault of an experiment; its reach is undefined when the platform could not be asked. */
export interface Reaching {
  readonly fault: string;
  readonly reach: Reach | undefined;
}

type Limits = Pick<Guardrails, 'maxTargets' | 'maxShare' | 'allowTargets'>;

/**
 * Why an experiment may not hit what it would hit, in sentences. What is in at the same time counts together,
 * whether it was injected together or one after another.
 */
export function refuseReach(
  faults: readonly Reaching[],
  order: FaultOrder,
  limits: Limits,
): readonly string[] {
  return [
    ...faults.flatMap(({ fault, reach }) =>
      reach?.hits === 0 ? [`would hit nothing: ${fault} has no target`] : [],
    ),
    ...faults.flatMap(({ fault, reach }) => notAllowed(fault, reach?.targets ?? [], limits.allowTargets)),
    ...inTogether(faults, order).flatMap((present) => [
      ...tooMany(present, limits.maxTargets),
      ...tooLargeAShare(present, limits.maxShare),
    ]),
  ];
}

function notAllowed(
  fault: string,
  targets: readonly string[],
  allowed: Limits['allowTargets'],
): readonly string[] {
  if (allowed === undefined) return [];
  const patterns = allowed.map(patternOf);
  const others = targets.filter((target) => !patterns.some((pattern) => pattern.test(target)));
  if (others.length === 0) return [];
  return [`would hit ${others.join(', ')} by ${fault}; guardrails.allowTargets allows ${allowed.join(', ')}`];
}

function tooMany(faults: readonly Reaching[], most: number): readonly string[] {
  const hits = faults.reduce((sum, { reach }) => sum + (reach?.hits ?? 0), 0);
  if (hits <= most) return [];
  const each =
    faults.length === 1
      ? ''
      : ` (${faults.map(({ fault, reach }) => `${fault}: ${reach?.hits ?? 0}`).join(', ')})`;
  return [`would hit ${hits} targets at once${each}; guardrails.maxTargets allows ${most}`];
}

function tooLargeAShare(faults: readonly Reaching[], most: number | undefined): readonly string[] {
  if (most === undefined) return [];
  const refusals: string[] = [];
  const groups = new Map<string, { readonly population: Population; hits: number; names: string[] }>();
  for (const { fault, reach } of faults) {
    if (reach === undefined) continue;
    const { population, hits } = reach;
    if (population === undefined) {
      refusals.push(
        `cannot be held to guardrails.maxShare: of how many ${fault} hits ${hits} is not known; say it with \`outOf\` of the fault`,
      );
      continue;
    }
    const group = groups.get(population.what) ?? { population, hits: 0, names: [] };
    group.hits += hits;
    group.names.push(fault);
    groups.set(population.what, group);
  }
  for (const { population, hits, names } of groups.values()) {
    // Written so that a population of none is refused.
    if (hits / population.count <= most) continue;
    refusals.push(
      `would hit ${hits} of ${population.count} at once (${population.what}; ${names.join(', ')}); guardrails.maxShare allows ${percent(most)}, which is ${Math.floor(population.count * most)}`,
    );
  }
  return refusals;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
