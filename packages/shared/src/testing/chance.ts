import { createHash, randomInt } from 'node:crypto';

/** Numbers by chance, for a test that interferes at some moment. */
export interface Chance {
  /** With it the same numbers come again. */
  readonly seed: string;
  /** In [0, 1). Follows from the seed and from these words alone: whatever other tests run, it is the same. */
  of(...what: readonly (string | number)[]): number;
}

/** Chance from a seed that an earlier run has printed; absent: from another one each time. */
export function chanceFrom(printed: string | undefined): Chance {
  const seed = printed ?? String(randomInt(2 ** 31));
  return {
    seed,
    of: (...what) =>
      createHash('sha256')
        .update(JSON.stringify([seed, ...what]))
        .digest()
        .readUInt32BE(0) /
      2 ** 32,
  };
}
