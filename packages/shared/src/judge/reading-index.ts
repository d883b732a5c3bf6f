import type { RawSeries, Reading } from '../prometheus/reading.ts';
import { targetsFrom, type Target } from '../prometheus/scrapes.ts';
import type { Need } from './needs.ts';
import type { GrowthReading, PrometheusReading, SampleReading, ScrapesReading } from './readings.ts';

/** The readings of a run, by what they answer: with hundreds of objectives nobody can search them one by one. */
export interface ReadingIndex {
  find(window: string, need: Need): PrometheusReading | undefined;
  /** The scrapes behind a reading; a string says why they are missing although there were some. */
  scrapesOf(reading: SampleReading | GrowthReading): ScrapesReading['answer'] | string | null;
}

/** Readings are never changed: an index, and what was worked out of a reading, holds as long as it does. */
const indexes = new WeakMap<readonly PrometheusReading[], ReadingIndex>();
const NOBODY: readonly Target[] = [];
const targetsOf = new WeakMap<Reading, readonly Target[]>();

/**
 * What was worked out of a reading with these targets, under a name for how. Several objectives rest on one reading:
 * each would work out the same.
 */
export function worked<T extends object>(
  reading: PrometheusReading,
  targets: readonly Target[],
  how: string,
  work: () => T,
): T {
  const results = workedOut.get(reading) ?? new Map<string, Worked>();
  workedOut.set(reading, results);
  const known = results.get(how);
  if (known !== undefined && known.targets === targets) return known.result as T;
  const result = work();
  results.set(how, { targets, result });
  return result;
}

interface Worked {
  readonly targets: readonly Target[];
  readonly result: object;
}

const workedOut = new WeakMap<PrometheusReading, Map<string, Worked>>();

export function indexOf(readings: readonly PrometheusReading[]): ReadingIndex {
  const known = indexes.get(readings);
  if (known !== undefined) return known;
  const index = createIndex(readings);
  indexes.set(readings, index);
  return index;
}

/** The targets behind some readings of scrapes. A target that is in several of them is one all the same. */
export function targetsIn(readings: readonly Reading[]): readonly Target[] {
  const [only] = readings;
  if (only === undefined) return NOBODY;
  if (readings.length > 1) {
    const series = new Map<string, RawSeries>();
    for (const one of readings.flatMap((reading) => reading.series)) series.set(labelsKey(one), one);
    return targetsFrom([...series.values()]);
  }
  const targets = targetsOf.get(only) ?? targetsFrom(only.series);
  targetsOf.set(only, targets);
  return targets;
}

function createIndex(readings: readonly PrometheusReading[]): ReadingIndex {
  const byKey = Map.groupBy(readings, keyOf);
  const scrapes = new Map(
    readings.flatMap((one) =>
      one.kind === 'scrapes' ? [[JSON.stringify([one.window, one.leadMs, one.selector]), one.answer]] : [],
    ),
  );
  return {
    find: (window, need) =>
      byKey.get(keyOfNeed(window, need))?.find((one) => {
        if (one.kind !== 'samples' && one.kind !== 'growth') return true;
        return need.kind === 'samples' && one.leadMs >= need.leadMs;
      }),
    scrapesOf: (reading) => {
      if (reading.scrapesIn === undefined) return reading.kind === 'samples' ? reading.scrapes : null;
      return (
        scrapes.get(JSON.stringify([reading.window, reading.leadMs, reading.scrapesIn])) ??
        `the readings do not hold ${reading.scrapesIn}`
      );
    },
  };
}

function keyOf(reading: PrometheusReading): string {
  switch (reading.kind) {
    case 'samples':
    case 'growth':
      return JSON.stringify(['samples', reading.window, reading.selector]);
    case 'scrapes':
      return JSON.stringify(['scrapes', reading.window, reading.selector]);
    case 'points':
      return JSON.stringify(['points', reading.window, reading.at, reading.query]);
    case 'rules':
      return RULES;
  }
}

function keyOfNeed(window: string, need: Need): string {
  switch (need.kind) {
    case 'samples':
      return JSON.stringify(['samples', window, need.selector]);
    case 'points':
      return JSON.stringify(['points', window, need.at, need.query]);
    case 'rules':
      return RULES;
  }
}

/** Rules are the same for every window. */
const RULES = 'rules';

function labelsKey({ labels }: RawSeries): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));
}
