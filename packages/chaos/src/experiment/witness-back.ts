import { LEAST_READINGS, LONGEST_UNSEEN_MS, middleOf, shown, steadyEdge } from './effect.ts';
import type { GaugeReadings, Reading } from './gauges.ts';

/** Whether a witness is again where it was before the fault, in words. */
export type WitnessBack =
  /** From `from` on, which was seen to last until `confirmed` (monotonic ms). */
  | {
      readonly outcome: 'back';
      readonly from: number;
      readonly confirmed: number;
      readonly detail: string;
    }
  /** `final`: nothing that is read later changes it. */
  | { readonly outcome: 'not back' | 'not told'; readonly final: boolean; readonly detail: string };

/** A value that is scraped is surely of behind the healing after so many scrapes. */
const SCRAPES = 2;
/** Readings come about twice a second: those of ten seconds may lie a little less than ten seconds apart. */
const TOLERANCE_MS = 500;

/** So long a witness has to be back for it to count. */
export function lastingMs({ renewedEveryMs = 0 }: GaugeReadings['measure'], steadyMs: number): number {
  return Math.max(steadyMs, SCRAPES * renewedEveryMs);
}

/**
 * Looks in the readings since the healing for the first stretch that begins and ends within the steady band, with its
 * middle reading in it, too, and the newest of all. The band ends at the quartile that the effect is measured from. A
 * stretch, as Prometheus shows what it scraped last, which may be from before the fault was felt; its middle, as one odd
 * reading says nothing; and the newest, as it may have gone again. `until`: when the readings were asked for (monotonic
 * ms).
 */
export function witnessBack(
  steady: GaugeReadings,
  since: GaugeReadings,
  steadyMs: number,
  until: number,
): WitnessBack {
  const { name, unit, moves } = steady.measure;
  if (steady.readings.length < LEAST_READINGS) {
    const detail = `whether it is back cannot be told: ${name} was read ${steady.readings.length} times before the fault, ${LEAST_READINGS} are needed${why(steady)}`;
    return { outcome: 'not told', final: true, detail };
  }
  const edge = steadyEdge(steady);
  const isIn = (value: number): boolean => (moves === 'up' ? value <= edge : value >= edge);
  const band = `steady: at ${moves === 'up' ? 'most' : 'least'} ${shown(edge)} ${unit}`;
  const { readings } = since;
  const newest = readings.at(-1);
  if (newest === undefined || until - newest.to > LONGEST_UNSEEN_MS) {
    const detail = `whether it is back cannot be told: ${name} was not read at the end${why(since)}`;
    return { outcome: 'not told', final: false, detail };
  }
  for (const [index, first] of readings.entries()) {
    if (!isIn(first.value)) continue;
    const stretch = stretchFrom(readings, index, lastingMs(steady.measure, steadyMs));
    const last = stretch.at(-1);
    if (last === undefined || !isIn(last.value) || !isIn(middleOf(stretch)) || !isIn(newest.value)) continue;
    const detail = `${name} is back: ${shown(newest.value)} ${unit} (${band})`;
    return { outcome: 'back', from: first.to, confirmed: last.to, detail };
  }
  const how = isIn(newest.value) ? 'does not stay back' : 'is not back';
  return {
    outcome: 'not back',
    final: false,
    detail: `${name} ${how}: ${shown(newest.value)} ${unit} (${band})`,
  };
}

/** The readings from one on that last so long; empty when they do not, or somebody looked away in between. */
function stretchFrom(readings: readonly Reading[], index: number, forMs: number): readonly Reading[] {
  const first = readings[index];
  if (first === undefined) return [];
  let before = first;
  for (const [further, reading] of readings.slice(index + 1).entries()) {
    if (reading.to - before.to > LONGEST_UNSEEN_MS) return [];
    before = reading;
    const count = further + 2;
    if (reading.to - first.to >= forMs - TOLERANCE_MS && count >= LEAST_READINGS) {
      return readings.slice(index, index + count);
    }
  }
  return [];
}

function why({ failed }: GaugeReadings): string {
  return failed === undefined ? '' : ` (${failed})`;
}
