import { hintFrom } from '../../platform/closest.ts';
import type { Diagnostic, Result } from '../../platform/diagnostics.ts';
import type { Guardrails, LoadSettings } from '../../platform/platform.ts';
import { parseStages } from './parse-stages.ts';
import {
  parseFactor,
  parseRate,
  parseRateRange,
  parseSeconds,
  parseSecondsOrNone,
  type Parsed,
} from './quantities.ts';
import type { Shape, ShapeKind } from './shape.ts';

/** What a shape starts from where nothing else is said. */
export interface ShapeBase {
  /** The platform's usual rate, iterations a second; without one, a rate has to be written. */
  readonly rate?: number;
  /** How many times that rate a spike is; 10 where the platform says nothing. */
  readonly spike?: number;
  /** The most that the platform lets itself be offered. */
  readonly maxRate: number;
}

/** What a platform's usual load, where it has one, and its guardrails say of it. */
export function shapeBase(
  usual: Pick<LoadSettings, 'baseline' | 'spike'> | undefined,
  { maxRate }: Pick<Guardrails, 'maxRate'>,
): ShapeBase {
  return {
    ...(usual === undefined ? {} : { rate: usual.baseline }),
    ...(usual?.spike === undefined ? {} : { spike: usual.spike }),
    maxRate,
  };
}

/** What was written for a shape, by option without dashes. */
export type ShapeOptions = Readonly<Record<string, string | undefined>>;

/** Where shapes are written: what a diagnostic calls their name and their options, and what it advises. */
export interface ShapePlace {
  readonly kind: string;
  readonly option: (name: string) => string;
  readonly hint: string;
}

const COMMAND_LINE: ShapePlace = {
  kind: 'shape',
  option: (name) => `--${name}`,
  hint: 'see `ordeal load --help`',
};

/** Looks for the end of a load take one request a second of a script's ceiling: of a lower one too much. */
const LEAST_CEILING = 10;
const MINUTE = 60;
const HOUR = 3600;

/** Options that each shape knows, with what they are for. */
export const shapeOptions: Readonly<Record<ShapeKind, Readonly<Record<string, string>>>> = {
  baseline: {
    rate: 'iterations a second (default: the usual rate)',
    for: 'how long it is judged (2m)',
    'warm-up': 'not judged (10s)',
  },
  peak: {
    rate: 'the usual rate',
    peak: 'how many times the usual rate (2x)',
    for: 'how long it is judged (2m)',
    'warm-up': 'not judged (10s)',
  },
  spike: {
    rate: 'the usual rate',
    spike: "how many times the usual rate (the platform's, or 10x)",
    before: 'at the usual rate (30s)',
    for: 'how long the spike holds (30s)',
    after: 'at the usual rate again (90s)',
    settle: 'the platform may take so long to settle (30s)',
    'warm-up': 'not judged (10s)',
  },
  soak: {
    rate: 'iterations a second (default: the usual rate)',
    for: 'how long it is judged (4h)',
    'warm-up': 'not judged (10m, or a tenth of a shorter soak)',
  },
  stages: {
    stages: 'duration@rate, parted by commas, for instance 30s@0..100,5m@100',
    'warm-up': 'not judged at the start of each plateau (5s)',
  },
  script: {
    rate: 'requests a second at most, 10 or more (what the platform allows)',
    for: 'its scenarios are ended after this at the latest (10m)',
    'warm-up': 'not judged (5s)',
  },
  stress: {
    rate: 'lowest and highest rate (the usual rate .. the most that the platform allows)',
    for: 'how long new rates are tried (5m)',
    step: 'how long a rate is tried (10s)',
    confirm: 'how long the last good rate is tried once more (30s)',
    'warm-up': 'not judged at the start of each rate (3s)',
  },
};

export const shapeKinds = Object.keys(shapeOptions) as readonly ShapeKind[];

/**
 * A shape from its name and what was written for it; everything else has a default. Comes with every mistake at once,
 * and with a shape only when there is none. Whether a rate is allowed is not judged here (see `shapeCeiling`).
 */
export function parseShape(
  kind: string,
  options: ShapeOptions,
  base: ShapeBase,
  place: ShapePlace = COMMAND_LINE,
): Result<Shape> {
  if (!isShapeKind(kind)) {
    const hint = hintFrom(kind, shapeKinds);
    const found = `"${kind}"`;
    return { ok: false, diagnostics: [{ path: place.kind, expected: shapeKinds.join(', '), found, hint }] };
  }
  const reader = new Reader(kind, options, place);
  const shape = shapeOf(kind, reader, base);
  return reader.diagnostics.length === 0
    ? { ok: true, value: shape }
    : { ok: false, diagnostics: reader.diagnostics };
}

function isShapeKind(kind: string): kind is ShapeKind {
  return Object.hasOwn(shapeOptions, kind);
}

function shapeOf(kind: ShapeKind, reader: Reader, base: ShapeBase): Shape {
  const usual = (): number => reader.read('rate', parseRate, base.rate) ?? Number.NaN;
  const time = (name: string, seconds: number): number => reader.read(name, parseSeconds, seconds);
  const warmUp = (seconds: number): number => reader.read('warm-up', parseSecondsOrNone, seconds);
  switch (kind) {
    case 'baseline':
      return { kind, rate: usual(), seconds: time('for', 2 * MINUTE), warmUpSeconds: warmUp(10) };
    case 'peak': {
      const rate = product(usual(), reader.read('peak', parseFactor, 2));
      return { kind, rate, seconds: time('for', 2 * MINUTE), warmUpSeconds: warmUp(10) };
    }
    case 'soak': {
      const seconds = time('for', 4 * HOUR);
      return { kind, rate: usual(), seconds, warmUpSeconds: warmUp(Math.min(10 * MINUTE, seconds / 10)) };
    }
    case 'spike': {
      const rate = usual();
      const afterSeconds = time('after', 90);
      const settleSeconds = time('settle', Math.min(30, afterSeconds / 2));
      if (settleSeconds >= afterSeconds) {
        reader.complain(
          'settle',
          'less than the time after the spike',
          `${settleSeconds} s of ${afterSeconds} s`,
        );
      }
      return {
        kind,
        rate,
        spikeRate: product(rate, reader.read('spike', parseFactor, base.spike ?? 10)),
        warmUpSeconds: warmUp(10),
        beforeSeconds: time('before', 30),
        holdSeconds: time('for', 30),
        afterSeconds,
        settleSeconds,
      };
    }
    case 'stages':
      return {
        kind,
        legs: reader.read('stages', parseStages, undefined) ?? [],
        warmUpSeconds: warmUp(5),
      };
    case 'script': {
      const ceiling = reader.read('rate', parseRate, base.maxRate);
      if (ceiling < LEAST_CEILING) reader.complain('rate', shapeOptions.script['rate'] ?? '', `${ceiling}/s`);
      const seconds = time('for', 10 * MINUTE);
      return { kind, ceiling, seconds, warmUpSeconds: warmUp(Math.min(5, seconds / 10)) };
    }
    case 'stress': {
      const byDefault = base.rate === undefined ? undefined : { from: base.rate, to: base.maxRate };
      const { from, to } = reader.read('rate', parseRateRange, byDefault) ?? { from: NaN, to: NaN };
      if (from >= to) {
        reader.complain(
          'rate',
          `a range below the most that the platform allows, ${base.maxRate}/s`,
          `${from}..${to}`,
        );
      }
      return {
        kind,
        from,
        to,
        seconds: time('for', 5 * MINUTE),
        stepSeconds: time('step', 10),
        confirmSeconds: time('confirm', 30),
        warmUpSeconds: warmUp(3),
      };
    }
  }
}

/** Times a factor, without what binary fractions add. */
function product(rate: number, factor: number): number {
  return Math.round(rate * factor * 1e6) / 1e6;
}

/** Reads options, and keeps what is wrong with them. */
class Reader {
  readonly diagnostics: Diagnostic[] = [];
  private readonly options: ShapeOptions;
  private readonly known: Readonly<Record<string, string>>;
  private readonly place: ShapePlace;

  constructor(kind: ShapeKind, options: ShapeOptions, place: ShapePlace) {
    this.options = options;
    this.place = place;
    this.known = shapeOptions[kind];
    for (const [name, text] of Object.entries(options)) {
      if (text === undefined || Object.hasOwn(this.known, name)) continue;
      this.diagnostics.push({
        path: place.option(name),
        expected: `an option of shape ${kind}: ${Object.keys(this.known).map(place.option).join(', ')}`,
        found: `${place.option(name)} ${text}`,
        hint: hintFrom(name, Object.keys(this.known)),
      });
    }
  }

  /** The option's value, or else the default. An option without a default has to be there. */
  read<T, D extends T | undefined>(name: string, parse: (text: string) => Parsed<T>, byDefault: D): T | D {
    const text = this.options[name];
    if (text === undefined) {
      if (byDefault === undefined) this.complain(name, this.known[name] ?? '', 'nothing');
      return byDefault;
    }
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    this.complain(name, this.known[name] ?? '', parsed.problem);
    return byDefault;
  }

  complain(name: string, expected: string, found: string): void {
    this.diagnostics.push({ path: this.place.option(name), expected, found, hint: this.place.hint });
  }
}
