import type { RawSeries, SampleValue } from './reading.ts';
import { sampleValueOf } from './sample-value.ts';

type Samples = RawSeries['samples'];

/** Lists of samples that were read straight from the bytes of an answer. */
export interface SampleBlocks {
  /** The list in whose place this stands, if it is the next one; undefined when it is none. */
  take(placeholder: unknown): Samples | undefined;
  /** Whether every list was taken. */
  isEmpty(): boolean;
}

/** An answer as JSON, with what was read of it beforehand. */
export interface ParsedAnswer {
  readonly body: unknown;
  readonly blocks: SampleBlocks;
}

/** Only a key can be written like this: within a string its quotes would be escaped. */
const START = Buffer.from('"values":[[');
const KEY_LENGTH = '"values":'.length;

/**
 * Parses JSON. Lists of samples that are written as servers usually do are read from the bytes, and a placeholder
 * stands in the JSON instead: an answer's millions of little arrays and strings would take several times as long, and
 * many times the memory. A list that is written in any other way is left as it is, for others to judge. Throws when
 * it is no JSON.
 */
export function parseAnswer(bytes: Buffer): ParsedAnswer {
  const lists: Samples[] = [];
  const parts: string[] = [];
  let done = 0;
  for (let at = bytes.indexOf(START); at >= 0; at = bytes.indexOf(START, at + 1)) {
    const list = listAt(bytes, at + KEY_LENGTH);
    if (list === undefined) continue;
    parts.push(bytes.toString('utf8', done, at + KEY_LENGTH), `"#${lists.length}"`);
    lists.push(list.samples);
    done = list.end;
  }
  parts.push(bytes.toString('utf8', done));
  return { body: JSON.parse(parts.join('')), blocks: blocksOf(lists) };
}

/** The blocks of an answer that has none. */
export function blocksOf(lists: readonly Samples[]): SampleBlocks {
  let next = 0;
  return {
    take: (placeholder) => {
      // In the order of the text: what a server itself writes cannot stand for another series' samples.
      if (placeholder !== `#${next}`) return undefined;
      next += 1;
      return lists[next - 1];
    },
    isEmpty: () => next === lists.length,
  };
}

const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const POINT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;

/** With so many digits a whole number is exact, and so is its quotient by a power of ten, once rounded. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);
/** Seconds of a stamp: enough for three thousand years, and exact to the millisecond. */
const STAMP_DIGITS = 11;
const LONGEST_VALUE = 64;

/**
 * `[[seconds,"value"],…]` by rising time, without any space. Undefined when it is anything else, however slightly.
 * Written as one loop over the bytes: this is where an evaluation spends its time.
 */
function listAt(bytes: Buffer, start: number): { samples: Samples; end: number } | undefined {
  const samples: (readonly [number, SampleValue])[] = [];
  let before = -Infinity;
  let at = start + 1;
  for (;;) {
    if (bytes[at] !== OPEN) return undefined;
    at += 1;

    let digits = 0;
    let seconds = 0;
    for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, at)) {
      seconds = seconds * 10 + digit;
      digits += 1;
      at += 1;
    }
    const hasLeadingZero = digits > 1 && bytes[at - digits] === ZERO;
    if (digits === 0 || digits > STAMP_DIGITS || hasLeadingZero) return undefined;
    let stamp = seconds * 1000;
    if (bytes[at] === POINT) {
      at += 1;
      let unit = 100;
      for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, at)) {
        if (unit < 1) return undefined;
        stamp += digit * unit;
        unit = Math.floor(unit / 10);
        at += 1;
      }
      if (unit === 100) return undefined;
    }
    if (stamp <= before || bytes[at] !== COMMA || bytes[at + 1] !== QUOTE) return undefined;
    before = stamp;
    at += 2;

    const from = at;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at += 1;
    let whole = 0;
    let places = -1;
    digits = 0;
    for (;;) {
      const digit = digitAt(bytes, at);
      if (digit >= 0) {
        whole = whole * 10 + digit;
        digits += 1;
        if (places >= 0) places += 1;
      } else if (bytes[at] === POINT && places < 0) places = 0;
      else break;
      at += 1;
    }
    if (bytes[at] === QUOTE && digits > 0 && digits <= EXACT_DIGITS) {
      const value = places > 0 ? whole / (POWERS[places] ?? Number.NaN) : whole;
      samples.push(numbers(stamp, isNegative && value !== 0 ? -value : value));
    } else {
      while (bytes[at] !== QUOTE && at - from < LONGEST_VALUE && at < bytes.length) at += 1;
      if (bytes[at] !== QUOTE) return undefined;
      const value = sampleValueOf(bytes.toString('latin1', from, at));
      if (value === undefined) return undefined;
      samples.push(typeof value === 'number' ? numbers(stamp, value) : [stamp, value]);
    }

    if (bytes[at + 1] !== CLOSE) return undefined;
    at += 2;
    if (bytes[at] === CLOSE) return { samples, end: at + 1 };
    if (bytes[at] !== COMMA) return undefined;
    at += 1;
  }
}

/** -1 when it is none. */
function digitAt(bytes: Buffer, at: number): number {
  const digit = (bytes[at] ?? 0) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Apart from pairs that hold a string, so that the engine keeps these as plain numbers, at half the size. */
function numbers(at: number, value: number): readonly [number, SampleValue] {
  return [at, value];
}
