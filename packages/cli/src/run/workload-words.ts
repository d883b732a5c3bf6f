import { basename } from 'node:path';
import { describeShape } from '@ordeal/shared/load/shape/describe-shape';
import { isShaped } from '@ordeal/shared/scenario/load-windows';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { ConstantLoadPhase, LoadSource, Scenario } from '@ordeal/shared/scenario/scenario';
import { tenantWords } from '@ordeal/shared/scenario/tenant-words';

/** The load of a scenario in words: two runs with the same words had the same load. */
export function workloadWords(scenario: Scenario, platform: Platform): string {
  const journeys = Object.entries(platform.journeys)
    .filter(([, { weight }]) => weight > 0)
    .map(([name, { weight }]) => `${name} × ${weight}`)
    .join(', ');
  const loads = scenario.phases.flatMap((phase) =>
    phase.phase !== 'load'
      ? []
      : isShaped(phase)
        ? [`${phase.name}: ${describeShape(phase.shape)} of ${sourceOf(phase, journeys)}`]
        : [
            `${phase.name}: ${phase.rate} iterations/s${sharesOf(phase) ?? ` of ${sourceOf(phase, journeys)}`}`,
          ],
  );
  return loads.length === 0 ? 'no load' : loads.join('; ');
}

/** Who sends what, where the load tells tenants apart. */
function sharesOf({ perTenant, on }: ConstantLoadPhase): string | undefined {
  if (perTenant === undefined) return undefined;
  return `: ${perTenant.map(tenantWords).join(', ')}${on === 'kubernetes' ? ', on Kubernetes' : ''}`;
}

function sourceOf({ script, on }: LoadSource, journeys: string): string {
  const what = script === undefined ? journeys : `script ${basename(script.pathname)}`;
  return on === 'kubernetes' ? `${what}, on Kubernetes` : what;
}
