import { expect, it } from 'vitest';
import { recoveryQuestion, stableInWords } from '../../src/drills/stable.ts';
import { observeDrill } from './by-itself.ts';
import { failover } from './failover-phase.ts';

const short = { ...failover, stableFor: 5, stableAttempts: 40 };

function windowOf(environment: 'lab' | 'staging' | 'production', phase = short, leaseSeconds?: number) {
  const { stableForMs, stableAttempts } = recoveryQuestion(
    { phase, deps: { environment }, leaseSeconds },
    { low: 0, high: 0 },
  );
  return [stableForMs / 1000, stableAttempts];
}

it('off the lab nobody has recovered in less than 30 s and 300 attempts', () => {
  expect(windowOf('lab')).toEqual([5, 40]);
  expect(windowOf('staging')).toEqual([30, 300]);
  expect(windowOf('production')).toEqual([30, 300]);
  expect(windowOf('production', { ...short, stableFor: 60, stableAttempts: 900 })).toEqual([60, 900]);
  expect(windowOf('staging', short, 30)).toEqual([60, 300]);
});

it('the plan says so where a phase asks for less', () => {
  expect(stableInWords(short)).toContain('30 s and 300 attempts at least, off the lab');
  expect(stableInWords({ ...short, stableFor: 30, stableAttempts: 300 })).not.toContain('at least');
});

it('a relapse within 30 s is no recovery there, though the phase asks for 5 s', async () => {
  // Well for 10 s, then bad for one more second.
  const relapse = (ms: number) => ({
    primary: 'b' as const,
    well: ms > 2000 && !(ms > 12_000 && ms < 13_000),
  });
  const inLab = await observeDrill({ afterFault: relapse, store: 'without observe' });
  const staged = await observeDrill({
    afterFault: relapse,
    store: 'without observe',
    environment: 'staging',
  });
  expect(inLab.outcome.record.rto.high).toBeLessThan(3);
  expect(staged.outcome.record.rto.high).toBeGreaterThan(12.9);
  expect(staged.outcome.record.rto.high).toBeLessThan(13.3);
});
