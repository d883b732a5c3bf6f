import { expect } from 'vitest';
import type { LoadRecord } from '@ordeal/shared/record/record';

/**
 * Whether so many iterations are what a rate makes in a load that was offered so many: on a busy machine the word to end
 * reaches k6, and k6 its beats, up to a second late.
 */
export function expectAtRate(
  { offered, achieved }: Pick<LoadRecord, 'offered' | 'achieved'>,
  rate: number,
): void {
  expect(Math.abs(offered - achieved)).toBeLessThanOrEqual(2 + 0.05 * offered + rate);
}
