import { describe, expect, it } from 'vitest';
import { plannedSeconds, scenariosOf } from '../../src/k6/own-scenarios.ts';

describe('the scenarios of a script', () => {
  it('are those that it names, or what k6 makes of the short forms', () => {
    const named = { one: { executor: 'constant-vus', duration: '1s' } };
    expect(scenariosOf({ scenarios: named, vus: 3 })).toBe(named);
    expect(scenariosOf({})).toEqual({ default: { executor: 'shared-iterations', vus: 1, iterations: 1 } });
    expect(scenariosOf({ vus: 3, duration: '5s' })).toEqual({
      default: { executor: 'constant-vus', vus: 3, duration: '5s' },
    });
    expect(scenariosOf({ vus: 3, iterations: 9, duration: '5s' })).toEqual({
      default: { executor: 'shared-iterations', vus: 3, iterations: 9, maxDuration: '5s' },
    });
    const stages = [{ duration: '5s', target: 10 }];
    expect(scenariosOf({ stages })).toEqual({ default: { executor: 'ramping-vus', startVUs: 1, stages } });
  });

  it('end by the latest of their plans', () => {
    expect(plannedSeconds({ one: { duration: '1m30s' }, other: { startTime: '1m40s', duration: 500 } })).toBe(
      100.5,
    );
    expect(
      plannedSeconds({ one: { startTime: '1h', stages: [{ duration: '1.5s' }, { duration: '500ms' }] } }),
    ).toBe(3602);
    expect(plannedSeconds({ one: {} })).toBe(0);
    expect(plannedSeconds({})).toBe(0);
  });
});
