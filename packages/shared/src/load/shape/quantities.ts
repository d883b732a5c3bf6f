import { parseDuration } from '../../time/duration.ts';

/** What a person wrote, as a number, or the sentence that says what is wrong with it. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const NUMBER = String.raw`\d+(?:\.\d+)?`;
const perSecond: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
/** k6 takes whole numbers of iterations in a stretch of time; finer rates than this are rounded. */
const DECIMALS = 1e6;

/** A rate, in iterations a second: `50`, `50/s`, `0.5`, `90/m`. Above zero. */
export function parseRate(text: string): Parsed<number> {
  const [, number, unit = 's'] =
    new RegExp(`^(${NUMBER})(?:/(s|m|h))?$`).exec(text.trim().toLowerCase()) ?? [];
  const value = Math.round((Number(number) / (perSecond[unit] ?? 1)) * DECIMALS) / DECIMALS;
  if (number === undefined || !Number.isFinite(value)) {
    return wrong(text, 'a rate', 'Write iterations a second, for instance 50, 0.5 or 90/m.');
  }
  return value > 0 ? { ok: true, value } : wrong(text, 'a rate above zero', 'Write for instance 50.');
}

/** Two rates, the lower one first: `50..2000`. */
export function parseRateRange(text: string): Parsed<{ readonly from: number; readonly to: number }> {
  const hint = 'Write the lowest and the highest rate, for instance 50..2000.';
  const ends = text.split('..');
  if (ends.length !== 2) return wrong(text, 'a range of rates', hint);
  const [from, to] = ends.map(parseRate) as [Parsed<number>, Parsed<number>];
  if (!from.ok) return from;
  if (!to.ok) return to;
  if (from.value >= to.value) return wrong(text, 'a range of rates: it does not rise', hint);
  return { ok: true, value: { from: from.value, to: to.value } };
}

/** How many times the usual rate: `10x`, `2.5x`. Above one. */
export function parseFactor(text: string): Parsed<number> {
  const [, number] = new RegExp(`^(${NUMBER})x$`).exec(text.trim().toLowerCase()) ?? [];
  const value = Number(number);
  if (number === undefined || !(value > 1)) {
    return wrong(text, 'a factor above one', 'Write for instance 2x or 10x.');
  }
  return { ok: true, value };
}

/** A duration in seconds; see `parseDuration`. */
export function parseSeconds(text: string): Parsed<number> {
  const parsed = parseDuration(text);
  return parsed.ok ? { ok: true, value: parsed.seconds } : parsed;
}

/** A duration that may be nothing: `0`, `0s`, `10s`. */
export function parseSecondsOrNone(text: string): Parsed<number> {
  return /^0+(ms|s|m|h|d)?$/.test(text.trim()) ? { ok: true, value: 0 } : parseSeconds(text);
}

function wrong(text: string, what: string, hint: string): { ok: false; problem: string } {
  return { ok: false, problem: `"${text}" is not ${what}. ${hint}` };
}
