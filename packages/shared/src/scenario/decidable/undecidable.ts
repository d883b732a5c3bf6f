import type { Platform } from '../../platform/platform.ts';
import type { Scenario } from '../scenario.ts';
import { bucketsObstacle } from './buckets.ts';
import { growthObstacle } from './growth.ts';
import { sorted, type Concern, type Mistake, type Obstacle, type Undecidable } from './concern.ts';
import type { PlanFacts } from './facts.ts';
import { plannedWindows, type PlannedWindow } from './planned-windows.ts';
import { samplesObstacle } from './samples.ts';
import { scrapesObstacle } from './scrapes.ts';
import { spacingMistakes } from './spacing.ts';
import { steadyObstacle } from './steady.ts';
import { valueObstacle } from './value.ts';

/**
 * Finds every objective that its window can never decide, all at once. Pure. Only what is certain from the files and
 * from what Prometheus told is said: what is not known is not guessed.
 */
export function undecidable(platform: Platform, scenario: Scenario, facts: PlanFacts): Undecidable {
  const windows = plannedWindows(scenario);
  const found = windows.flatMap((window) => [
    ...steadyMistakes(platform, scenario, window),
    ...window.objectives.flatMap((name) => mistakesOf(name, window, platform, scenario, facts)),
  ]);
  const judged = windows.flatMap(({ objectives }) => objectives.map((name) => platform.objectives[name]));
  const where = `platform ${platform.name}, for scenario ${scenario.name}`;
  return sorted([...spacingMistakes(platform, judged, facts.telemetry, where), ...found]);
}

function mistakesOf(
  name: string,
  window: PlannedWindow,
  platform: Platform,
  scenario: Scenario,
  facts: PlanFacts,
): readonly Mistake[] {
  const objective = platform.objectives[name];
  if (objective === undefined) return [];
  const own = facts.telemetry.known ? (facts.telemetry.objectives[name] ?? {}) : {};
  const concern: Concern = { platform, scenario, window, objective, facts, own };
  const nothing = valueObstacle(concern);
  // What has no value at all needs no second reason.
  const obstacles =
    nothing === undefined
      ? [
          scrapesObstacle(concern),
          samplesObstacle(concern),
          bucketsObstacle(concern),
          growthObstacle(concern),
        ]
      : [nothing];
  return obstacles
    .filter((one) => one !== undefined)
    .map((obstacle) => ({
      severity: objective.severity ?? 'must',
      diagnostic: { path: `${place(scenario, window)}, objective "${name}"`, ...obstacle },
    }));
}

function steadyMistakes(platform: Platform, scenario: Scenario, window: PlannedWindow): readonly Mistake[] {
  const obstacle: Obstacle | undefined = steadyObstacle(platform, window);
  return obstacle === undefined
    ? []
    : [{ severity: 'must', diagnostic: { path: place(scenario, window), ...obstacle } }];
}

function place(scenario: Scenario, window: PlannedWindow): string {
  const part = window.name === window.phase.name ? '' : `, window ${window.name}`;
  return `scenario ${scenario.name}: phase ${window.phase.name}${part}`;
}
