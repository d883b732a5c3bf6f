import { echo } from 'zx';

/** Prints a figure: the median with its spread, as machines are noisy. */
export function report(what: string, unit: string, values: readonly number[]): void {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (share: number): string =>
    (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(2);
  echo(`${what.padEnd(52)} median ${at(0.5)} ${unit}   (${at(0)}–${at(1)}, n = ${sorted.length})`);
}
