import type { Platform } from '../../platform/platform.ts';
import type { Phase } from '../scenario.ts';

/** Why a drill may not take a region away: nobody would be left to judge by. */
export function refuseLostObserver({ prometheus }: Platform, phase: Phase): string | undefined {
  const region = regionOf(phase, 'failover');
  if (region === undefined || !livesOnlyIn(prometheus.regions, region)) return undefined;
  return (
    `${phase.name} would lose region ${region}, and with it the Prometheus that judges (prometheus.regions says that it ` +
    `lives there alone): ask one that lives elsewhere, or drill another region`
  );
}

/** What of it the platform does not say, where something may be lost with a region. */
export function warnOfLostObserver({ prometheus }: Platform, phase: Phase): string | undefined {
  const lost = regionOf(phase, 'failover');
  if (lost !== undefined && prometheus.regions === undefined) {
    return (
      `Whether the Prometheus that judges outlives region ${lost}, which ${phase.name} loses, is not known: say in ` +
      `prometheus.regions in which regions it lives (none: []); if it is lost with it, the second witness and alerts are`
    );
  }
  const broken = regionOf(phase, 'observe');
  return broken !== undefined && livesOnlyIn(prometheus.regions, broken)
    ? `${phase.name} breaks something in region ${broken}, where the Prometheus that judges lives alone: see that it is no part of that`
    : undefined;
}

function regionOf(phase: Phase, kind: 'failover' | 'observe'): string | undefined {
  return phase.phase === 'drill' && phase.drill.kind === kind ? phase.drill.from : undefined;
}

/** In none it lives outside of all of them. */
function livesOnlyIn(regions: readonly string[] = [], region: string): boolean {
  return regions.length > 0 && regions.every((one) => one === region);
}
