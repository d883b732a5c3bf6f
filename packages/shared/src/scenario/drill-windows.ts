import type { DrillPhase } from './scenario.ts';

/**
 * The window of a drill from its fault (or its planned start) to its end. Nobody knows its length before: it is for
 * alerts, which one evaluation can tell, and checks that must never fail, and not for shares of requests.
 */
export function wholeDrill({ name }: Pick<DrillPhase, 'name'>): string {
  return `${name}/whole`;
}
