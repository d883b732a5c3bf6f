import { expect, it } from 'vitest';
import { assignPromised } from '../../src/run/assign-promised.ts';
import { emptyResults, type Session } from '../../src/run/session.ts';

function assignedOf(platform: object) {
  const results = emptyResults();
  assignPromised('baseline', { loaded: { platform }, results } as unknown as Session);
  return results.assignments;
}

it('autoscalers and pods of a platform may differ from what is promised of them in no way', () => {
  const promised = { source: 'the document' };
  const objective = { comparator: '<=', limit: 0, unit: 'departures', source: 'the document' };
  expect(assignedOf({ autoscalers: { api: promised }, pods: { 'api-a': promised } })).toEqual([
    {
      objectiveName: 'autoscaler api',
      objective: { ...objective, signal: { from: 'autoscaler', measure: 'departures', autoscaler: 'api' } },
      window: 'baseline',
    },
    {
      objectiveName: 'pods api-a',
      objective: { ...objective, signal: { from: 'pods', measure: 'departures', pods: 'api-a' } },
      window: 'baseline',
    },
  ]);
});

it('of a platform that has none nothing is judged', () => {
  expect(assignedOf({})).toEqual([]);
});
