import type { PrometheusSettings } from '../platform/platform.ts';
import { waitForScrapes } from '../prometheus/barrier.ts';
import type { Prometheus } from '../prometheus/client.ts';
import type { WindowRecord } from '../record/record.ts';
import { collectReadings } from './collect.ts';
import { collectSight, type SightBefore, type SightOptions } from './collect-sight.ts';
import type { Assignment, Observations, ObserverProblem } from './observations.ts';
import { sampleClock } from './prometheus-clock.ts';

export interface ObservePrometheusOptions extends SightOptions {
  /** How long to wait for the scrapes that cover the end of the last window; 0 does not wait. */
  readonly barrierMs: number;
  /** What it said of itself at the run's start; null when it was not asked. */
  readonly before: SightBefore | null;
}

export type SeenByPrometheus = Pick<Observations, 'readings' | 'sight'> & {
  readonly observerProblems: readonly ObserverProblem[];
};

/**
 * Everything that Prometheus has to say for a run: waits for the last scrapes, looks at Prometheus itself, and reads
 * what the assignments need by its clock. Asks nothing when nothing is judged by it. Rejects only for the caller's own
 * signal.
 */
export async function observePrometheus(
  prometheus: Prometheus,
  settings: PrometheusSettings,
  assignments: readonly Assignment[],
  windows: readonly WindowRecord[],
  options: ObservePrometheusOptions,
): Promise<SeenByPrometheus> {
  const { clock, barrierMs, before, signal } = options;
  const asked = assignments.filter((one) => one.objective.signal.from === 'prometheus');
  const names = new Set(asked.map((one) => one.window));
  const judged = windows.filter((window) => names.has(window.name));
  if (judged.length === 0) return { readings: [], observerProblems: [] };
  const given = signal === undefined ? {} : { signal };
  const barrier =
    barrierMs > 0
      ? await waitForScrapes(
          prometheus,
          settings,
          Math.max(...judged.map((window) => Date.parse(window.to))),
          { clock, deadlineMs: barrierMs, ...given },
        )
      : { problems: [], gone: [] };
  const sight = await collectSight(prometheus, settings, judged, barrier.gone, before, options);
  const { offsetMs, blurMs } = sampleClock(sight);
  const readings = await collectReadings(prometheus, settings, asked, judged, {
    ...given,
    clockOffsetMs: { low: offsetMs - blurMs, high: offsetMs + blurMs },
  });
  return {
    readings,
    sight,
    observerProblems: barrier.problems.map((reason) => ({ reason, observer: 'prometheus' })),
  };
}
