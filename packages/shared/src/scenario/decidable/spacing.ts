import type { Objective } from '../../objectives/objective.ts';
import type { Platform } from '../../platform/platform.ts';
import { figure, type Mistake } from './concern.ts';
import type { Telemetry } from './facts.ts';

/** Scrapes are not quite evenly spaced: only a difference beyond this factor is one. */
const TOLERANCE = 1.25;

/**
 * Samples that are spaced otherwise than the settings say. Further apart: what is read around a window would be too
 * little to see its edges. Closer together: more is read than is needed.
 */
export function spacingMistakes(
  { prometheus }: Platform,
  judged: readonly (Objective | undefined)[],
  telemetry: Telemetry,
  where: string,
): readonly Mistake[] {
  if (!telemetry.known) return [];
  const setting = prometheus.scrapeIntervalSeconds;
  const wider = telemetry.spacings.filter(({ seconds }) => seconds > setting * TOLERANCE);
  const closer = telemetry.spacings.filter(({ seconds }) => seconds * TOLERANCE < setting);
  const matters = judged.some((one) => one?.signal.from === 'prometheus' && one.severity !== 'should');
  const mistake = (severity: Mistake['severity'], list: typeof wider): readonly Mistake[] => {
    if (list.length === 0) return [];
    const largest = Math.max(...list.map(({ seconds }) => seconds));
    return [
      {
        severity,
        diagnostic: {
          path: `${where}: prometheus.scrapeIntervalSeconds`,
          expected: `the interval at which Prometheus scrapes: ${list.map(({ of, seconds }) => `${of} every ${figure(seconds)} s`).join(', ')}`,
          found: `${setting} s`,
          hint: `set it to ${figure(largest)}${severity === 'must' ? ', or scrape more often' : ''}`,
        },
      },
    ];
  };
  // Those that are scraped more often do not matter while others are scraped as the settings say.
  const all = closer.length === telemetry.spacings.length;
  return [...mistake(matters ? 'must' : 'should', wider), ...(all ? mistake('should', closer) : [])];
}
