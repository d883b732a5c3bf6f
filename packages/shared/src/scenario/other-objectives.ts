import type { Platform } from '../platform/platform.ts';
import { plannedWindows } from './decidable/planned-windows.ts';
import type { Scenario } from './scenario.ts';

/**
 * Names of the platform's objectives that a scenario does not ask for in any phase, in their order: whatever its verdict,
 * it says nothing of them. What a phase would have judged that is not run there is told with that phase.
 */
export function otherObjectives(
  { objectives }: Pick<Platform, 'objectives'>,
  scenario: Scenario,
): readonly string[] {
  const asked = new Set([
    ...plannedWindows(scenario).flatMap((window) => window.objectives),
    ...(scenario.notRun ?? []).flatMap(({ notJudged }) => notJudged),
  ]);
  const hasGate = scenario.phases.some(({ phase }) => phase === 'smoke');
  return Object.entries(objectives)
    .filter(([name, { signal }]) => !asked.has(name) && !(hasGate && signal.from === 'smoke'))
    .map(([name]) => name);
}

/** Names of the platform's objectives that are not among those which a gate judges, in their order. */
export function objectivesBeside(
  { objectives }: Pick<Platform, 'objectives'>,
  judged: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.keys(objectives).filter((name) => !Object.hasOwn(judged, name));
}

/** In a sentence, for plans and reports; undefined where there are none. */
export function otherObjectivesInWords(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const these = names.length === 1 ? 'that objective' : `these ${names.length} objectives`;
  return `Not asked for here: ${names.map((name) => `"${name}"`).join(', ')}. Of ${these} of the platform nothing is said.`;
}
