import { judge } from '../../src/judge/judge.ts';
import { needsOf } from '../../src/judge/needs.ts';
import type { Observations } from '../../src/judge/observations.ts';
import type { PrometheusReading } from '../../src/judge/readings.ts';
import type { Finding } from '../../src/objectives/finding.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import type { AlertRule } from '../../src/prometheus/alert-rules.ts';
import type { RawSeries, SampleValue } from '../../src/prometheus/reading.ts';
import { anchor, observationsOf, windowAt } from './observations-of.ts';

/** Length of the window that is judged, seconds. It begins at the anchor. */
export const WINDOW = 10;

/** What Prometheus has: the series of each selector or query, those of the scrapes behind them, and the rules. */
export interface Given {
  readonly series: Readonly<Record<string, readonly RawSeries[]>>;
  readonly scrapes?: readonly RawSeries[];
  readonly rules?: readonly AlertRule[];
  /** What a query showed at the window's start. Default: what fired in the five minutes before. */
  readonly held?: readonly RawSeries[];
  /** The same at its end. Default: all series. */
  readonly heldAtEnd?: readonly RawSeries[];
}

/** A sample each second, from `from` until two seconds after the window, 100 ms past the whole second. */
export function each(
  labels: Record<string, string>,
  value: (second: number) => SampleValue | undefined,
  from = -3,
): RawSeries {
  const seconds = Array.from({ length: WINDOW + 3 - from }, (_, index) => from + index);
  return {
    labels: { job: 'j', instance: 'i', ...labels },
    samples: seconds.flatMap((second) => {
      const is = value(second);
      return is === undefined ? [] : [[anchor.wallMs + second * 1000 + 100, is] as const];
    }),
  };
}

/** As a server that never learnt that anything has ended. */
function heldAt(list: readonly RawSeries[] = []): readonly RawSeries[] {
  return list.filter(({ samples }) => samples.some(([at]) => at <= anchor.wallMs));
}

/** The observations of one objective, with a reading for each of its needs. */
export function observed(
  objective: Objective & { readonly signal: PrometheusSignal },
  given: Given,
  more: Partial<Observations> = {},
): Observations {
  const answer = <T>(value: T) => ({ ok: true as const, value });
  const reading = (list: readonly RawSeries[]) => answer({ series: list, warnings: [] });
  const readings = needsOf(objective.signal, WINDOW * 1000).map((need): PrometheusReading => {
    const common = { window: 'w', scrapeIntervalMs: 1000 };
    switch (need.kind) {
      case 'samples':
        return {
          ...common,
          kind: 'samples',
          selector: need.selector,
          leadMs: need.leadMs,
          answer: reading(given.series[need.selector] ?? []),
          scrapes: need.scrapes ? reading(given.scrapes ?? []) : null,
        };
      case 'points':
        return {
          ...common,
          kind: 'points',
          query: need.query,
          at: need.at,
          answer: reading(
            need.at === 'start'
              ? (given.held ?? heldAt(given.series[need.query]))
              : ((need.at === 'end' ? given.heldAtEnd : undefined) ?? given.series[need.query] ?? []),
          ),
        };
      case 'rules':
        return { kind: 'rules', window: 'w', answer: answer(given.rules ?? []) };
    }
  });
  return observationsOf({
    windows: [windowAt('w', 0, WINDOW * 1000)],
    assignments: [{ objectiveName: 'o', objective, window: 'w' }],
    readings,
    ...more,
  });
}

export function findingOn(
  objective: Objective & { readonly signal: PrometheusSignal },
  given: Given,
  more: Partial<Observations> = {},
): Finding {
  const [finding] = judge(observed(objective, given, more));
  if (finding === undefined) throw new Error('no finding');
  return finding;
}
