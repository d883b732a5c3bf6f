import { expect, it } from 'vitest';
import { mostSilentMs, resumedAt } from '../../src/ledger/silence.ts';

const settings = { rate: 50, timeoutMs: 1000 };
const at = (last: number | null) => ({ first: 0, last, acknowledged: 1 });

it('a ledger that is slow by intent may be silent for longer', () => {
  expect([50, 10, 2, 0.5].map(mostSilentMs)).toEqual([1000, 1000, 5000, 20_000]);
});

it('tells a silence that is longer than writes wait from one that is not', () => {
  expect(resumedAt(at(1000), at(3900), settings)).toBeUndefined();
  expect(resumedAt(at(1000), at(4100), settings)).toBe(4100);
  expect(resumedAt(at(1000), at(4100), { ...settings, rate: 2 })).toBeUndefined();
  expect(resumedAt(at(null), at(4100), settings), 'the first of all').toBeUndefined();
});
