import type { SampleValue } from './reading.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A value as the API writes it: a string, as Go formats numbers. Undefined when it is none. */
export function sampleValueOf(text: unknown): SampleValue | undefined {
  if (typeof text !== 'string') return undefined;
  if (text === 'NaN' || text === '+Inf' || text === '-Inf') return text;
  return finiteOf(text);
}

/** A finite number, written as a string. Undefined when it is none. */
export function finiteOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const number = Number(text);
  // JSON knows no negative zero: a value that has gone through a file would not be the same.
  return Number.isFinite(number) ? number + 0 : undefined;
}

/** Whole milliseconds of a time stamp, which the API writes as a number of seconds. Undefined when it is none. */
export function stampOf(seconds: unknown): number | undefined {
  if (typeof seconds !== 'number') return undefined;
  const ms = Math.round(seconds * 1000);
  return Number.isSafeInteger(ms) ? ms : undefined;
}
