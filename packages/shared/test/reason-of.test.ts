import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../src/reason-of.ts';

describe('the reason in an error', () => {
  it('is its message, and whatever else was thrown as it is', () => {
    expect(reasonOf(new Error('no route'))).toBe('no route');
    expect(reasonOf('just a word')).toBe('just a word');
    expect(reasonOf(undefined)).toBe('undefined');
  });

  it('is never empty: Node names several refused addresses of one host by their code alone', async () => {
    const error = await new Promise((resolve) => connect(1, 'localhost').on('error', resolve));
    expect(reasonOf(error)).toMatch(/ECONNREFUSED/);
    expect(reasonOf(new AggregateError([], ''))).toBe('AggregateError');
  });
});
