import type { Scenario } from '@ordeal/shared/scenario/scenario';

/**
 * Whether a scenario does no more than ask: the smoke gate. It breaks nothing and starts nothing, so that nothing has to
 * be healed; and it measures nothing, so that neither Prometheus nor how busy this machine is has a say.
 */
export function onlyAsks({ phases }: Pick<Scenario, 'phases'>): boolean {
  return phases.every(({ phase }) => phase === 'smoke');
}
