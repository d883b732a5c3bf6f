import { describe, expect, it } from 'vitest';
import { clientEffect, identityEffect } from '../../src/experiment/effect.ts';
import { interval, type Second } from '../fixtures/simulation.ts';

const steady = Array.from({ length: 10 }, (_, second) => interval(second * 1000));

describe('the effect on clients', () => {
  it.each<[string, Second[], boolean]>([
    ['nothing changes', [{}, {}, {}], false],
    ['one second is slow', [{}, { latencyMs: 300 }, {}], false],
    ['two seconds are slow', [{ latencyMs: 300 }, { latencyMs: 300 }, {}], true],
    ['a few requests fail', [{ failed: 4 }, {}, {}], false],
    ['some requests fail', [{ failed: 5 }, {}, {}], true],
    ['one second is thin', [{ requests: 30 }, {}, {}], false],
    ['the rate falls', [{ requests: 30 }, { requests: 30 }, {}], true],
  ])('is told when %s', (_, seconds, effective) => {
    const during = seconds.map((second, index) => interval(index * 1000, second));
    const effect = clientEffect(steady, during);
    expect(effect.effective).toBe(effective);
    expect(effect.witness.includes('moved')).toBe(effective);
  });

  it('is none where errors are as in the steady band', () => {
    const noisy = steady.map((one) => ({ ...one, failed: 5 }));
    expect(clientEffect(noisy, noisy).effective).toBe(false);
  });

  it('is none where nothing was measured', () => {
    expect(clientEffect(steady, [])).toMatchObject({
      effective: false,
      witness: expect.stringContaining('during'),
    });
    expect(clientEffect([], steady)).toMatchObject({ effective: false });
  });
});

describe('the effect of a kill', () => {
  const none = new Set<string>();
  it('is that every target is somebody else', () => {
    expect(identityEffect({ a: '1@1', b: '2@2' }, { a: '3@3', b: '4@4' }, none).effective).toBe(true);
    expect(identityEffect({ a: '1@1', b: '2@2' }, { a: '3@3', b: '2@2' }, none).effective).toBe(false);
    expect(identityEffect({ a: '1@1 2@2' }, { a: '3@3 2@2' }, none).effective).toBe(false);
    expect(identityEffect({}, {}, none).effective).toBe(false);
  });

  it('is not that a target does not answer, unless its driver saw it go', () => {
    expect(identityEffect({ a: '1@1' }, { a: undefined }, none).effective).toBe(false);
    expect(identityEffect({ a: '1@1' }, { a: undefined }, new Set(['a'])).effective).toBe(true);
    expect(identityEffect({ a: '1@1' }, { a: '1@1' }, new Set(['a'])).effective).toBe(false);
  });
});
