import type { Bounds } from '@ordeal/shared/time/interval';
import { openTimeZone, type TimeZone } from '@ordeal/shared/time/time-zone';
import type { DailySchedule } from '../config.ts';
import { maybeNeverMade, span, type Held, type KeptCopies } from './kept.ts';

const DAY_MS = 86_400_000;

/** When a day's copy is to be begun: between these moments (ms). */
interface Hours extends Bounds {
  /** `2026-11-30`, on which they begin. */
  readonly day: string;
}

type Begun = 'within' | 'perhaps' | 'not';

/**
 * Copies of which one is begun each day between two times of day. Others beside it, at whatever hour, are nobody's
 * business. A day counts once its hours are over and what was begun in them has had its time to come to an end.
 */
export function heldDaily(
  { instants, oldest }: KeptCopies,
  { daily, lateSeconds, keepSeconds, since }: DailySchedule,
  now: number,
): Held {
  const zone = openTimeZone(daily.timeZone);
  const kept = 1000 * (keepSeconds ?? Infinity);
  const first = Math.max(since === undefined ? -Infinity : Date.parse(since), now - kept);
  // Where nothing is promised of how long each is kept, nothing is known of what was before the oldest one.
  const from = keepSeconds === undefined ? Math.max(first, oldest.low - DAY_MS) : first;
  const over = now - 1000 * lateSeconds;
  const due = hoursBetween(from, over, daily, zone).filter(({ low, high }) => low >= first && high <= over);
  const judged = due.filter(({ high }) => high >= oldest.low);

  const departures: string[] = [];
  const unknown: string[] = [];
  const times = `between ${daily.from} and ${daily.to} (${daily.timeZone})`;
  if (keepSeconds !== undefined && judged.length < due.length) {
    const words = `the oldest copy is of ${shown(oldest.high, zone)}`;
    if (since === undefined) unknown.push(maybeNeverMade(words, kept));
    else departures.push(`${words}, and each is to be kept for ${span(kept)}`);
  } else if (judged.length === 0) {
    unknown.push(`no day’s time for a copy, ${times}, is over since there are any`);
  }
  for (const { begun, days } of runsOf(judged, instants)) {
    if (begun === 'not') {
      departures.push(`no copy was begun ${times} ${on(days)}${besides(instants, days, zone)}`);
    } else if (begun === 'perhaps') {
      unknown.push(
        `whether a copy was begun ${times} ${on(days)} cannot be told: its own time is not known that well`,
      );
    }
  }
  return { departures, unknown };
}

/** The hours of each day that touch a span of time. */
function hoursBetween(
  from: number,
  to: number,
  daily: DailySchedule['daily'],
  zone: TimeZone,
): readonly Hours[] {
  const hours: Hours[] = [];
  const last = Date.parse(dayOf(to, zone));
  // Those of the day before may go on until into the first one.
  for (let at = Date.parse(dayOf(from, zone)) - DAY_MS; at <= last; at += DAY_MS) {
    const day = isoDay(at);
    const end = daily.to < daily.from ? isoDay(at + DAY_MS) : day;
    const [low] = zone.momentsOf(`${day}T${daily.from}:00.000`);
    hours.push({ day, low, high: Math.max(...zone.momentsOf(`${end}T${daily.to}:00.000`)) });
  }
  return hours;
}

/** Days one after another of which the same can be said. */
function runsOf(
  days: readonly Hours[],
  instants: readonly Bounds[],
): readonly { readonly begun: Begun; readonly days: readonly Hours[] }[] {
  const runs: { begun: Begun; days: Hours[] }[] = [];
  for (const day of days) {
    const begun = begunIn(day, instants);
    const last = runs.at(-1);
    if (last?.begun === begun) last.days.push(day);
    else runs.push({ begun, days: [day] });
  }
  return runs;
}

function begunIn({ low, high }: Bounds, instants: readonly Bounds[]): Begun {
  if (instants.some((one) => low <= one.low && one.high <= high)) return 'within';
  return instants.some((one) => one.low <= high && low <= one.high) ? 'perhaps' : 'not';
}

function on(days: readonly Hours[]): string {
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  return days.length === 1 ? `on ${first}` : `on ${days.length} days, from ${first} to ${last}`;
}

/** What there is between the hours of the day before and the day after: it was begun at another one. */
function besides(instants: readonly Bounds[], days: readonly Hours[], zone: TimeZone): string {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return '';
  const others = instants.filter(({ low, high }) => low > first.high - DAY_MS && high < last.low + DAY_MS);
  const newest = others.at(-1);
  if (newest === undefined) return ', nor at any other hour';
  const time = shown(newest.high, zone);
  return others.length === 1
    ? `: one was at ${time}`
    : `: ${others.length} were at other hours, the newest at ${time}`;
}

function shown(moment: number, zone: TimeZone): string {
  return zone.shownAt(moment).slice(0, 16).replace('T', ' ');
}

function dayOf(moment: number, zone: TimeZone): string {
  return zone.shownAt(moment).slice(0, 10);
}

function isoDay(utcMidnight: number): string {
  return new Date(utcMidnight).toISOString().slice(0, 10);
}
