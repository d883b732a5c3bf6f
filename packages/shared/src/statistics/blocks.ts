import type { Lifetime, Sample } from './lifetimes.ts';
import { median, quantile } from './order.ts';

/** A stretch of one lifetime, as one value. */
export interface Block {
  /** Its middle, milliseconds. */
  readonly at: number;
  readonly value: number;
  /** Of the load in it; NaN when that is not known. */
  readonly load: number;
}

/**
 * `floor`: the value that a tenth of the samples lie below, which is what is left after garbage was collected or
 * bursts are over. `middle`: the median.
 */
export type BlockValue = 'floor' | 'middle';

const FLOOR_QUANTILE = 0.1;
/** A block with fewer samples has no value. */
export const LEAST_IN_BLOCK = 5;
/** A lifetime with fewer blocks says nothing of a trend. */
const LEAST_BLOCKS = 3;

/**
 * Cuts lifetimes into blocks of about `blockMs`, all blocks of one lifetime of one length. Lifetimes that are too
 * short for three blocks are left out, and so are blocks with too few samples. Within a block the many samples that
 * are alike, because they follow each other, become one.
 */
export function blocksOf(
  lifetimes: readonly Lifetime[],
  blockMs: number,
  take: BlockValue,
  load: readonly Sample[] = [],
): readonly (readonly Block[])[] {
  return lifetimes.flatMap(({ samples }) => {
    const from = samples[0]?.[0] ?? 0;
    const to = samples.at(-1)?.[0] ?? 0;
    const count = Math.floor((to - from) / blockMs + 1e-9);
    if (count < LEAST_BLOCKS) return [];
    const length = (to - from) / count;
    const place = (at: number): number => Math.min(count - 1, Math.floor((at - from) / length));
    const values: number[][] = Array.from({ length: count }, () => []);
    for (const [at, value] of samples) values[place(at)]?.push(value);
    const loads: number[][] = Array.from({ length: count }, () => []);
    for (const [at, value] of load) if (at >= from && at <= to) loads[place(at)]?.push(value);
    const blocks = values.flatMap((list, index) =>
      list.length < LEAST_IN_BLOCK
        ? []
        : [
            {
              at: from + (index + 0.5) * length,
              value: take === 'floor' ? quantile(list, FLOOR_QUANTILE) : median(list),
              load: median(loads[index] ?? []),
            },
          ],
    );
    return blocks.length < LEAST_BLOCKS ? [] : [blocks];
  });
}
