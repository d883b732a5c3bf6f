import type { Objective } from '../../objectives/objective.ts';
import type { PrometheusSignal } from '../../objectives/signal.ts';
import { numberOf, type RawSeries } from '../../prometheus/reading.ts';
import { targetOf, type Target } from '../../prometheus/scrapes.ts';
import { lifetimesOf, type Lifetime, type Sample } from '../../statistics/lifetimes.ts';
import type { PrometheusEvidence } from '../prometheus-evidence.ts';
import { growthsOf, type SeriesGrowth } from './growing-series.ts';

export type Leak = Extract<PrometheusSignal, { measure: 'leak' }>;

const WARM_UP_SECONDS = 300;

/** The series that a leak is looked for in, within the window. */
export function seriesOf(evidence: PrometheusEvidence, { of }: Leak): readonly RawSeries[] {
  const { span } = evidence;
  const all = 'gauge' in of ? evidence.samples(0).series : evidence.points(0);
  return all.flatMap((one) => {
    const samples = one.samples.filter(([at]) => at > span.from && at <= span.to);
    return samples.length === 0 ? [] : [{ ...one, samples }];
  });
}

/** How each of the series grew, by the lives of its process. `load` is on the server's clock. */
export function prometheusGrowth(
  evidence: PrometheusEvidence,
  signal: Leak,
  objective: Objective,
  load: readonly Sample[],
): readonly SeriesGrowth[] {
  const { take = 'floor', exhaustedAt, leastSeconds, warmUpSeconds = WARM_UP_SECONDS } = signal;
  return growthsOf(
    seriesOf(evidence, signal).map((one) => ({
      name: nameOf(one),
      lifetimes: livesOf(one, evidence.targets, warmUpSeconds * 1000),
    })),
    objective,
    {
      take,
      load,
      ...(exhaustedAt === undefined ? {} : { exhaustedAt }),
      ...(leastSeconds === undefined ? {} : { leastSeconds }),
    },
  );
}

function livesOf(
  { labels, samples }: RawSeries,
  targets: readonly Target[],
  warmUpMs: number,
): readonly Lifetime[] {
  const starts = new Map(
    (targetOf(targets, labels)?.scrapes ?? []).map(({ at, startedAt }) => [at, startedAt] as const),
  );
  const values = samples.map(([at, raw]): Sample => [at, numberOf(raw)]);
  return lifetimesOf(values, (at) => starts.get(at)).map((life) => {
    const startedAt = life.samples.map(([at]) => starts.get(at)).find((start) => start !== undefined);
    if (startedAt === undefined) return life;
    return { samples: life.samples.filter(([at]) => at >= startedAt + warmUpMs) };
  });
}

function nameOf({ labels }: RawSeries): string {
  const { __name__: name = '', ...rest } = labels;
  const matchers = Object.entries(rest).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${matchers.join(', ')}}`;
}
