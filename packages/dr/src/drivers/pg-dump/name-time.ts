import type { Bounds } from '@ordeal/shared/time/interval';

const UNITS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/**
 * The time in a dump's name, as the groups `year`, `month`, `day` and, as far as the name goes, `hour`, `minute` and
 * `second` of a pattern find it: from the first to the last moment of that day, hour, minute or second. Undefined where
 * the name holds none, or none that there is. Milliseconds since 1970.
 *
 * @param utcOffset of the clock that the name was made by: `Z` or, for instance, `+02:00`
 */
export function timeInName(name: string, pattern: RegExp, utcOffset: string): Bounds | undefined {
  const groups = pattern.exec(name)?.groups ?? {};
  const [year, month, day, hour, minute, second] = UNITS.map((unit) => groups[unit]);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const from = `${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}.000${utcOffset}`;
  const to = `${year}-${month}-${day}T${hour ?? '23'}:${minute ?? '59'}:${second ?? '59'}.999${utcOffset}`;
  const span = { low: Date.parse(from), high: Date.parse(to) };
  return Number.isNaN(span.low) || Number.isNaN(span.high) ? undefined : span;
}
