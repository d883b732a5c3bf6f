import type { Reach } from '@ordeal/shared/scenario/described-fault';
import type { ExperimentFault } from './deps.ts';

/** What a fault hits, out of what, by the names of all that it could hit. */
export function reachOf(
  { driver, config, entry }: Pick<ExperimentFault, 'driver' | 'config' | 'entry'>,
  targets: readonly string[],
): Reach {
  const hits = driver.hits?.(config, targets.length);
  const found =
    hits === undefined ? undefined : { what: targets.toSorted().join(', '), count: targets.length };
  return { targets, hits: hits ?? targets.length, population: entry.outOf ?? found };
}
