import { isOfAlerts } from './of-alerts.ts';
import type { Objective } from './objective.ts';

/**
 * Whether an objective can be judged over a whole drill, whose length nobody knows before: where one event decides, as an
 * alert that fired or a check that did not hold does, and not a share of however many there were.
 */
export function isOfWholeDrill(objective: Objective): boolean {
  return isOfAlerts(objective) || objective.signal.measure === 'failed-checks';
}
