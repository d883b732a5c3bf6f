import { describeShape } from '@ordeal/shared/load/shape/describe-shape';
import { isShaped } from '@ordeal/shared/scenario/load-windows';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Scenario } from '@ordeal/shared/scenario/scenario';

/** The load of a scenario in words: two runs with the same words had the same load. */
export function workloadWords(scenario: Scenario, platform: Platform): string {
  const journeys = Object.entries(platform.journeys)
    .map(([name, { weight }]) => `${name} × ${weight}`)
    .join(', ');
  const loads = scenario.phases.flatMap((phase) =>
    phase.phase !== 'load'
      ? []
      : isShaped(phase)
        ? [`${phase.name}: ${describeShape(phase.shape)} of ${journeys}`]
        : [`${phase.name}: ${phase.rate} iterations/s of ${journeys}`],
  );
  return loads.length === 0 ? 'no load' : loads.join('; ');
}
