import type { Objective } from '@ordeal/shared/objectives/objective';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { expect, test } from 'vitest';
import { assignDrill } from '../../src/run/phases/drill-assign.ts';

const rto: Objective = {
  signal: { from: 'drill', measure: 'rto' },
  comparator: '<=',
  limit: 60,
  unit: 's',
};
const alert: Objective = {
  signal: { from: 'prometheus', measure: 'seconds-to-alert', alerts: 'alertname="Down"' },
  comparator: '<=',
  limit: 30,
  unit: 's',
};

const shown: Objective = {
  signal: { from: 'client', measure: 'failed-checks', checks: ['list is its own'] },
  comparator: '<=',
  limit: 0,
  unit: 'checks',
};

test('a drill is judged by its result, and what alerts and checks did by the time from its fault to its end', () => {
  const assignments: { objectiveName: string; window: string }[] = [];
  type Session = Parameters<typeof assignDrill>[1];
  const session = {
    loaded: { platform: { objectives: { RTO: rto, alert, shown } } },
    results: { assignments },
    context: { runId: 'run' },
  } as unknown as Session;
  const phase = { name: 'region-lost', objectives: ['RTO', 'alert', 'shown'] } as unknown as DrillPhase;
  assignDrill(phase, session);
  expect(assignments.map(({ objectiveName, window }) => [objectiveName, window])).toEqual([
    ['RTO', 'region-lost'],
    ['alert', 'region-lost/whole'],
    ['shown', 'region-lost/whole'],
  ]);
});
