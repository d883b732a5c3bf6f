import type { Objective } from '../../objectives/objective.ts';
import type { Platform } from '../../platform/platform.ts';
import { bucketsObstacle } from './buckets.ts';
import { sorted, type Interval, type Mistake, type Obstacle, type Undecidable } from './concern.ts';
import type { Telemetry } from './facts.ts';
import { growthObstacle } from './growth.ts';
import { scrapesObstacle } from './scrapes.ts';
import { spacingMistakes } from './spacing.ts';

/** An interval of a live platform, of which nothing is planned but its length. */
export interface LiveInterval {
  readonly seconds: number;
  /** What the length was given by, for instance `--for`. */
  readonly given: string;
}

/**
 * Finds every objective that an interval of a live platform can never decide, as `undecidable` does of a scenario's
 * windows. Pure. How many requests come nobody has planned: of their number nothing is said.
 */
export function undecidableInterval(
  platform: Platform,
  objectives: Readonly<Record<string, Objective>>,
  { seconds, given }: LiveInterval,
  telemetry: Telemetry,
): Undecidable {
  const found = Object.entries(objectives).flatMap(([name, objective]) => {
    const own = telemetry.known ? (telemetry.objectives[name] ?? {}) : {};
    const interval: Interval = { platform, objective, window: { seconds }, own };
    const severity = objective.severity ?? 'must';
    const at = (place: string, obstacle: Obstacle | undefined) =>
      obstacle === undefined ? [] : [{ name, severity, place, obstacle }];
    return [
      ...at(given, scrapesObstacle(interval)),
      ...at('', bucketsObstacle(interval)),
      ...at(given, growthObstacle(interval)),
    ];
  });
  // What is too short is too short for many, and said once.
  const grouped = Map.groupBy(found, ({ severity, place, obstacle }) =>
    JSON.stringify([severity, place, obstacle]),
  );
  const mistakes = [...grouped.values()].flatMap((list): readonly Mistake[] => {
    const [first] = list;
    if (first === undefined) return [];
    const { severity, place, obstacle } = first;
    const names = `objective ${list.map(({ name }) => `"${name}"`).join(', ')}`;
    const path = place === '' ? names : `${place}, for ${names}`;
    return [{ severity, diagnostic: { path, ...obstacle } }];
  });
  const where = `platform ${platform.name}`;
  // Scrapes that are further apart widen the bounds, and what they leave open is seen when it is judged.
  const spacing = spacingMistakes(platform, Object.values(objectives), telemetry, where).map((one) => ({
    ...one,
    severity: 'should' as const,
  }));
  return sorted([...spacing, ...mistakes]);
}
