import type { Bounds } from '@ordeal/shared/time/interval';
import type { TimeZone } from '@ordeal/shared/time/time-zone';

const UNITS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** What a dump's name says of when it was made. Milliseconds since 1970. */
export type NamedTime =
  /** From the first to the last moment of the day, hour, minute or second that it names. */
  | { readonly there: true; readonly span: Bounds }
  /** It names a moment that there is not, for instance the 30th of February: `named`, as it stands there. */
  | { readonly there: false; readonly named: string };

/**
 * The time in a dump's name, as the groups `year`, `month`, `day` and, as far as the name goes, `hour`, `minute` and
 * `second` of a pattern find it. Undefined where the name holds none.
 *
 * @param zone of the clock that the name was made by
 */
export function timeInName(name: string, pattern: RegExp, zone: TimeZone): NamedTime | undefined {
  const groups = pattern.exec(name)?.groups ?? {};
  const [year, month, day, hour, minute, second] = UNITS.map((unit) => groups[unit]);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  const from = `${date}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}.000`;
  const to = `${date}T${hour ?? '23'}:${minute ?? '59'}:${second ?? '59'}.999`;
  if (isThere(from) && isThere(to)) {
    // Where clocks go back over it, it may be either.
    return { there: true, span: { low: zone.momentsOf(from)[0], high: Math.max(...zone.momentsOf(to)) } };
  }
  const time =
    hour === undefined ? '' : ` ${[hour, minute, second].filter((one) => one !== undefined).join(':')}`;
  return { there: false, named: `${date}${time}` };
}

/** A day that its month has not got is taken for one of the next month, so it reads differently when it is written. */
function isThere(moment: string): boolean {
  const at = Date.parse(`${moment}Z`);
  return !Number.isNaN(at) && new Date(at).toISOString() === `${moment}Z`;
}
