import type { Objective } from '../../objectives/objective.ts';
import { judgeLeak, type LeakVerdict } from '../../statistics/leak.ts';
import type { Lifetime, Sample } from '../../statistics/lifetimes.ts';
import type { BlockValue } from '../../statistics/blocks.ts';

/** One series that may grow, with the lives of the process behind it. Instants are milliseconds of any one clock. */
export interface GrowingSeries {
  readonly name: string;
  /** Without what still warmed up. */
  readonly lifetimes: readonly Lifetime[];
}

/** How the series of a signal are to be judged. */
export interface GrowthQuestion {
  readonly take: BlockValue;
  /** Requests a second at the time: what only follows them is no leak. */
  readonly load: readonly Sample[];
  readonly exhaustedAt?: number;
  readonly leastSeconds?: number;
}

/** What one series was found to do. */
export interface SeriesGrowth {
  readonly name: string;
  readonly verdict: LeakVerdict;
}

/** Growth needs some time to show, unless the signal says otherwise. */
export const LEAST_GROWTH_SECONDS = 1200;
/** A window of just that length loses some of it at its edges, where there is no whole report or scrape. */
const EDGES = 0.05;

/** Judges each series by itself; growth up to the objective's limit does not matter. */
export function growthsOf(
  series: readonly GrowingSeries[],
  { limit, unit }: Objective,
  { take, load, exhaustedAt, leastSeconds = LEAST_GROWTH_SECONDS }: GrowthQuestion,
): readonly SeriesGrowth[] {
  const per = perOf(unit);
  return series.map(({ name, lifetimes }) => ({
    name,
    verdict: judgeLeak({
      lifetimes,
      take,
      per,
      unit: unit.replace(/\/(min|h)$/, ''),
      // Of what cannot be judged anyhow any floor will do.
      growthFloor: limit * (judgedMs(lifetimes) / MS_IN[per] || 1),
      warmUpMs: 0,
      load,
      ...(exhaustedAt === undefined ? {} : { limit: exhaustedAt }),
      leastMs: leastSeconds * 1000 * (1 - EDGES),
    }),
  }));
}

/** What the growth's unit counts by. */
export function perOf(unit: string): 'minute' | 'hour' {
  return unit.endsWith('/h') ? 'hour' : 'minute';
}

/** So many of it are in an hour. */
export function perHourOf(unit: string): number {
  return 3_600_000 / MS_IN[perOf(unit)];
}

const MS_IN = { minute: 60_000, hour: 3_600_000 };

/** As `judgeLeak` counts it: from the first to the last number of each life. */
function judgedMs(lifetimes: readonly Lifetime[]): number {
  return lifetimes.reduce((sum, { samples }) => {
    const known = samples.filter(([, value]) => Number.isFinite(value));
    return sum + (known.at(-1)?.[0] ?? 0) - (known[0]?.[0] ?? 0);
  }, 0);
}
