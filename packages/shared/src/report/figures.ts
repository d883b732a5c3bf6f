/** Numbers as people read them. Every figure that a report shows is written by one of these. */

import { decimal } from './decimal.ts';

/** What a finding or a drill measured: `high` null is no upper bound. */
export interface Ends {
  readonly low: number;
  readonly high: number | null;
}

/** A count with thin groups: `18,204`. */
export function count(value: number): string {
  return Number.isFinite(value) ? decimal(Math.round(value)) : 'unknown';
}

/** `count` with its noun: `1 write`, `3 writes`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A number with three significant digits, or all its whole ones: `0.0312`, `12.4`, `1,204`. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  return fixed(value, Number.isInteger(value) ? 0 : digitsOf(value));
}

/** A value with its unit; a ratio is shown in percent. */
export function quantity(value: number, unit: string): string {
  return withUnit(figure(value * factor(unit)), unit);
}

/**
 * An interval with its unit, rounded outwards: it never looks narrower than it is. Digits are added until the
 * rounded ends stand on the same side of `limit` as the true ones. `high` null reads `≥ low`.
 */
export function interval(ends: Ends, unit: string, limit?: number): string {
  const scale = factor(unit);
  const low = ends.low * scale;
  if (ends.high === null) return `≥ ${withUnit(figure(low), unit)}`;
  const high = ends.high * scale;
  if (!Number.isFinite(low) || !Number.isFinite(high))
    return withUnit(`${figure(low)}–${figure(high)}`, unit);
  const edge = limit === undefined ? undefined : limit * scale;
  if (low === high) return withUnit(single(low, edge), unit);
  let digits =
    Number.isInteger(low) && Number.isInteger(high) ? 0 : digitsOf(Math.max(Math.abs(low), Math.abs(high)));
  while (digits < 9 && edge !== undefined && moves(low, high, edge, digits)) digits += 1;
  return withUnit(pair(down(low, digits), up(high, digits), digits), unit);
}

/** `< 100 ms`, `≤ 0 writes`. */
export function bound(comparator: '<' | '<=' | '>' | '>=', limit: number, unit: string): string {
  return `${COMPARATORS[comparator]} ${quantity(limit, unit)}`;
}

/** Seconds of a phase or a run: `8.2 s`, `45 s`, `3 min 07 s`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  if (seconds < 9.95) return `${fixed(Math.max(0, seconds), 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 100) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Seconds on a time axis or a countdown: `0:07`, `3:12`, `1:02:30`. */
export function clockFace(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** Time of day in UTC with milliseconds, of an ISO string: `02:00:07.412`. What is no time is shown as it is. */
export function timeOfDay(iso: string): string {
  const instant = new Date(iso);
  return Number.isNaN(instant.getTime()) ? iso : instant.toISOString().slice(11, 23);
}

/** Date and time in UTC to the second: `2026-03-14 02:00:07 UTC`. */
export function dateTime(iso: string): string {
  const instant = new Date(iso);
  if (Number.isNaN(instant.getTime())) return iso;
  return `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Seconds between two ISO strings; NaN when one is none. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

const COMPARATORS = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' } as const;

function factor(unit: string): number {
  return unit === 'ratio' ? 100 : 1;
}

function withUnit(text: string, unit: string): string {
  if (unit === 'ratio') return `${text} %`;
  return unit === '1' || unit === '' ? text : `${text} ${unit}`;
}

/** Both ends with the same number of digits, without zeros that neither needs. */
function pair(low: number, high: number, digits: number): string {
  let needed = digits;
  while (needed > 0 && low === down(low, needed - 1) && high === up(high, needed - 1)) needed -= 1;
  const shown = (value: number): string => decimal(value, value === 0 ? 0 : needed, needed);
  return low === high ? shown(low) : `${shown(low)}–${shown(high)}`;
}

/** One number, with so many digits that it stands on its own side of the edge. */
function single(value: number, edge: number | undefined): string {
  if (Number.isInteger(value)) return figure(value);
  let digits = digitsOf(value);
  const side = (one: number): number => (edge === undefined ? 0 : Math.sign(one - edge));
  while (digits < 9 && side(Number(value.toFixed(digits))) !== side(value)) digits += 1;
  return fixed(value, digits);
}

/** Digits after the point that leave three significant ones. */
function digitsOf(value: number): number {
  const size = Math.abs(value);
  return size === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

function fixed(value: number, digits: number): string {
  return decimal(value, 0, digits);
}

// A little slack: 0.29 × 100 is 28.999999999999996 and must not become 28.
function down(value: number, digits: number): number {
  return Math.floor(value * 10 ** digits + 1e-6) / 10 ** digits;
}

function up(value: number, digits: number): number {
  return Math.ceil(value * 10 ** digits - 1e-6) / 10 ** digits;
}

function moves(low: number, high: number, edge: number, digits: number): boolean {
  const side = (value: number): number => Math.sign(value - edge);
  return side(low) !== side(down(low, digits)) || side(high) !== side(up(high, digits));
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
