import { describe, expect, test } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import type { ClientInterval } from '../../src/load/client-interval.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { observationsOf, second, windowAt } from './observations-of.ts';

const nothingShown: Objective = {
  signal: { from: 'client', measure: 'failed-checks', checks: ['list is its own', 'search is its own'] },
  comparator: '<=',
  limit: 0,
  unit: 'checks',
};

type Checks = NonNullable<ClientInterval['checks']>;

/** Ten seconds, each with the same checks, and a hundred requests of which half fail. */
function findingOf(checks: Checks | undefined, odd: Readonly<Record<number, Checks>> = {}) {
  const intervals = Array.from({ length: 10 }, (_, index) => {
    const own = odd[index] ?? checks;
    return {
      ...second(index, { requests: 100, failed: 50 }),
      ...(own === undefined ? {} : { checks: own }),
    };
  });
  const [finding] = judge(
    observationsOf({
      windows: [windowAt('load', 500, 9_500)],
      intervals,
      assignments: [{ objectiveName: 'kept apart', objective: nothingShown, window: 'load' }],
    }),
  );
  return finding!;
}

const held = { 'list is its own': { made: 3, failed: 0 }, 'search is its own': { made: 2, failed: 0 } };
const broken = { ...held, 'search is its own': { made: 2, failed: 1 } };

describe('checks that did not hold', () => {
  test('are counted apart from requests that failed', () => {
    expect(findingOf(held)).toMatchObject({ outcome: 'pass', value: { low: 0, high: 0 }, samples: 40 });
  });

  test('one is enough to fail, and is named', () => {
    const finding = findingOf(held, { 4: broken });
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: 1, high: 1 } });
    expect(finding.explanation).toContain('search is its own × 1');
  });

  test('one across the edge of the window may be of it or not', () => {
    expect(findingOf(held, { 0: broken })).toMatchObject({
      outcome: 'inconclusive',
      reason: 'straddles-limit',
      value: { low: 0, high: 1 },
    });
  });

  test('that were not made at all are no pass, and neither is one of them that was not', () => {
    expect(findingOf(undefined)).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
    const one = findingOf({ 'list is its own': { made: 3, failed: 0 } });
    expect(one).toMatchObject({ outcome: 'inconclusive', reason: 'no-samples' });
    expect(one.explanation).toContain('search is its own');
    // A proven failure is not hidden by it.
    expect(findingOf({ 'list is its own': { made: 3, failed: 3 } }).outcome).toBe('fail');
  });
});
