import { decide } from '../judge/decide.ts';
import type { Objective } from '../objectives/objective.ts';

const FILLED_IN = /\bor\s+(?:(?:on|ignoring)\s*\([^)]*\)\s*)?\(*\s*vector\s*\(\s*([^)]*?)\s*\)/gi;

/** Whether a query is filled in (`… or vector(0)`) with a value that holds: where there is nothing at all, it would pass. */
export function passesOnNothing(
  query: string,
  { comparator, limit }: Pick<Objective, 'comparator' | 'limit'>,
): boolean {
  return [...query.matchAll(FILLED_IN)].some(([, written = '']) => {
    const value = written === '' ? Number.NaN : Number(written);
    // What is no plain figure may be any.
    return Number.isNaN(value) || decide({ low: value, high: value }, comparator, limit) === 'holds';
  });
}
