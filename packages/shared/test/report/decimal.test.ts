import { expect, it } from 'vitest';
import { decimal } from '../../src/report/decimal.ts';

// What the locale says is the truth.
function localised(value: number, least: number, most: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: least, maximumFractionDigits: most });
}

const values = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  0.05,
  0.15,
  0.25,
  1.005,
  2.675,
  8.345,
  0.1 + 0.2,
  999.5,
  999.95,
  999.9999,
  1000,
  18204,
  123456.789,
  1e6,
  12345678.9,
  9007199254740991,
  1e20,
  1.5e21,
  1e-6,
  4.9e-7,
  5e-7,
  1e-9,
  -0.001,
  -1234.5678,
  NaN,
  Infinity,
  -Infinity,
];
// Every size, and many digits.
const many = Array.from(
  { length: 500 },
  (_, index) => (Math.sin(index + 1) * 10 ** ((index % 14) - 5)) as number,
);

it.each([
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 1],
  [2, 2],
  [0, 6],
  [3, 6],
])('writes what the locale writes, with %i to %i digits', (least, most) => {
  for (const value of [...values, ...many]) {
    expect(`${value}: ${decimal(value, least, most)}`).toBe(`${value}: ${localised(value, least, most)}`);
  }
});
