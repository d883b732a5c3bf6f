import type { Sample } from '../../../src/statistics/lifetimes.ts';
import { random, type Random } from './random.ts';

/** Four hours, a sample each 5 s. */
export const HOURS = 4;
const STEP_MS = 5000;
const COUNT = (HOURS * 3_600_000) / STEP_MS;
const LENGTH_MIN = HOURS * 60;

/** What a process shows in one soak. Memory in MB; `load` in requests a second. */
export interface Soak {
  readonly samples: readonly Sample[];
  readonly load: readonly Sample[];
  /** Milliseconds at which its processes started. */
  readonly starts: readonly number[];
}

/** Adds to the base, at each minute. */
type Part = (minute: number) => number;

/** Noise of ±20 MB: uniform, normal with that as two standard deviations, or alike for some minutes. */
function noise(source: Random): Part {
  const kind = Math.floor(source.uniform() * 3);
  if (kind === 0) return () => source.between(-20, 20);
  if (kind === 1) return () => Math.max(-30, Math.min(30, source.normal() * 10));
  const keep = source.between(0.9, 0.99);
  let level = 0;
  return () => {
    level = keep * level + Math.sqrt(1 - keep * keep) * source.normal() * 10;
    return level;
  };
}

function sawTeeth(source: Random, shortest = 0.5, longest = 15): Part {
  const period = source.between(shortest, longest);
  const height = source.between(20, 250);
  const phase = source.uniform();
  let tooth = -1;
  let high = 1;
  return (minute) => {
    const place = minute / period + phase;
    if (Math.floor(place) !== tooth) {
      tooth = Math.floor(place);
      high = source.between(0.8, 1.2);
    }
    return height * high * (place - tooth);
  };
}

function steps(source: Random): Part {
  const jumps = Array.from({ length: 1 + Math.floor(source.uniform() * 3) }, () => ({
    at: source.between(0, LENGTH_MIN),
    by: source.between(20, 200),
  }));
  return (minute) => jumps.reduce((sum, { at, by }) => sum + (minute >= at ? by : 0), 0);
}

function warmCache(source: Random): Part {
  const size = source.between(50, 400);
  const tau = source.between(5, 45);
  return (minute) => size * (1 - Math.exp(-minute / tau));
}

function day(source: Random, periodHours: number): Part {
  const phase = source.uniform();
  return (minute) => Math.sin(2 * Math.PI * (minute / 60 / periodHours + phase));
}

function soak(source: Random, parts: readonly Part[], load: Part, perLoad: number): Soak {
  const base = source.between(200, 800);
  const samples: [number, number][] = [];
  const loads: [number, number][] = [];
  for (let index = 0; index < COUNT; index += 1) {
    const minute = (index * STEP_MS) / 60_000;
    const now = load(minute);
    loads.push([index * STEP_MS, now + source.normal() * Math.sqrt(now)]);
    samples.push([index * STEP_MS, parts.reduce((sum, part) => sum + part(minute), base + perLoad * now)]);
  }
  return { samples, load: loads, starts: [0] };
}

const constant: Part = () => 200;

const leak: Part = (minute) => minute;

/** Series that do not leak, by what they show. */
export const leakFree: Readonly<Record<string, (seed: number) => Soak>> = {
  noise: (seed) => plain(seed),
  'saw-teeth': (seed) => plain(seed, (source) => sawTeeth(source)),
  'saw-teeth of an hour': (seed) => plain(seed, (source) => sawTeeth(source, 30, 90)),
  steps: (seed) => plain(seed, steps),
  'a warm cache': (seed) => plain(seed, warmCache),
  'a warm cache and saw-teeth': (seed) => plain(seed, warmCache, (source) => sawTeeth(source)),
  'a part of a day of load': (seed) => daily(seed, 24),
  'load in waves': (seed) => daily(seed, random(seed + 7).between(1, 4)),
  'restarts and a warm cache': (seed) =>
    restarted(seed, (source) => {
      const size = source.between(20, 200);
      const tau = source.between(1, 5);
      return (minute) => size * (1 - Math.exp(-minute / tau));
    }),
};

/** Series that leak 1 MB a minute, by what else they show. */
export const leaking: Readonly<Record<string, (seed: number) => Soak>> = {
  noise: (seed) => plain(seed, () => leak),
  'saw-teeth': (seed) =>
    plain(
      seed,
      () => leak,
      (source) => sawTeeth(source),
    ),
  steps: (seed) => plain(seed, () => leak, steps),
  'a warm cache': (seed) => plain(seed, () => leak, warmCache),
  'load in waves': (seed) => {
    const { samples, load, starts } = daily(seed, random(seed + 7).between(1, 2.5));
    return { samples: samples.map(([at, value]) => [at, value + leak(at / 60_000)] as const), load, starts };
  },
  restarts: (seed) => restarted(seed, () => leak),
};

function plain(seed: number, ...parts: readonly ((source: Random) => Part)[]): Soak {
  const source = random(seed);
  return soak(source, [noise(source), ...parts.map((part) => part(source))], constant, 0);
}

function daily(seed: number, periodHours: number): Soak {
  const source = random(seed);
  const wave = day(source, periodHours);
  const swing = source.between(0.2, 0.9);
  const load: Part = (minute) => 200 * (1 + swing * wave(minute));
  return soak(source, [noise(source)], load, source.between(0.1, 1));
}

/** A process that ends, and begins anew, each 35 to 90 minutes. */
function restarted(seed: number, part: (source: Random) => Part): Soak {
  const source = random(seed);
  const own = part(source);
  const starts = [0];
  for (let at = source.between(35, 90); at < LENGTH_MIN; at += source.between(35, 90)) starts.push(at);
  const since: Part = (minute) => minute - (starts.findLast((at) => at <= minute) ?? 0);
  const made = soak(source, [noise(source), (minute) => own(since(minute))], constant, 0);
  return { ...made, starts: starts.map((minute) => minute * 60_000) };
}
