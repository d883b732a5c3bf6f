/** Maps a value to a place on a drawing. */
export type Scale = (value: number) => number;

export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const width = domain[1] - domain[0];
  return (value) =>
    width === 0 ? range[0] : place(range[0] + ((value - domain[0]) / width) * (range[1] - range[0]));
}

/** Both ends of the domain must be above 0; smaller values are placed at its lower end. */
export function logarithmic(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const inner = linear([Math.log(domain[0]), Math.log(domain[1])], range);
  return (value) => inner(Math.log(Math.max(domain[0], value)));
}

/** About `wanted` round values from 0 to `most`, the last of them at or above it. */
export function roundTicks(most: number, wanted: number): readonly number[] {
  const step = roundStep(most / wanted);
  const ticks: number[] = [];
  for (let index = 0; index * step < most + step * 0.999; index += 1)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

/** Powers of ten from below `least` to above `most`. */
export function powersOfTen(least: number, most: number): readonly number[] {
  const first = Math.floor(Math.log10(least));
  const last = Math.max(first + 1, Math.ceil(Math.log10(most)));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

/** Seconds between two marks of a time axis, so that there are at most `wanted`. */
export function timeStep(seconds: number, wanted: number): number {
  return TIME_STEPS.find((step) => seconds / step <= wanted) ?? Math.ceil(seconds / wanted / 86_400) * 86_400;
}

/** A place on a drawing, to a tenth. */
export function place(value: number): number {
  return Math.round(value * 10) / 10;
}

function roundStep(rough: number): number {
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
}

const TIME_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
];
