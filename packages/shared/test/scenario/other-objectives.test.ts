import { describe, expect, it } from 'vitest';
import type { Objective } from '../../src/objectives/objective.ts';
import {
  objectivesBeside,
  otherObjectives,
  otherObjectivesInWords,
} from '../../src/scenario/other-objectives.ts';
import type { Phase, Scenario } from '../../src/scenario/scenario.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { gameDay } from '../report/fixture.ts';

const on = (signal: Objective['signal']): Objective => ({ signal, comparator: '<=', limit: 0, unit: 'any' });
const checks = on({ from: 'smoke', measure: 'failed' });
const age = on({ from: 'restore', measure: 'backup-age' });
const errors = on({ from: 'client', measure: 'error-ratio' });
const objectives = { errors, checks, 'backup age': age, 'restore time': age };

const smoke: Phase = { phase: 'smoke', name: 'gate', title: 'Gate' };
const load: Phase = {
  phase: 'load',
  name: 'baseline',
  title: 'Baseline',
  rate: 50,
  warmUp: 1,
  judgeFor: 5,
  objectives: ['errors'],
};
const scenarioOf = (...phases: readonly Phase[]): Scenario =>
  ({ name: 'day', phases }) as unknown as Scenario;

describe('objectives that a scenario does not ask for', () => {
  it('are those that no phase judges; the gate judges its own', () => {
    expect(otherObjectives({ objectives }, scenarioOf(smoke, load))).toEqual(['backup age', 'restore time']);
    expect(otherObjectives({ objectives }, scenarioOf(load))).toEqual([
      'checks',
      'backup age',
      'restore time',
    ]);
    expect(otherObjectives({ objectives: { errors } }, scenarioOf(load))).toEqual([]);
  });

  it('are told with the phase that would have judged them, where that is not run', () => {
    const restore = {
      name: 'restore',
      title: 'Restore',
      kind: 'restore',
      why: 'no backup is there',
    } as const;
    const scenario = { ...scenarioOf(smoke, load), notRun: [{ ...restore, notJudged: ['backup age'] }] };
    expect(otherObjectives({ objectives }, scenario)).toEqual(['restore time']);
  });

  it('are all but those that a gate judges, where there is none', () => {
    expect(objectivesBeside({ objectives }, { errors })).toEqual(['checks', 'backup age', 'restore time']);
    expect(objectivesBeside({ objectives: { errors } }, { errors })).toEqual([]);
  });

  it('are named in every report, and nothing is said where there are none', () => {
    const { record, journal } = gameDay();
    const said = otherObjectivesInWords(['backup age', 'restore time']) ?? '';
    expect(said).toBe(
      'Not asked for here: "backup age", "restore time". Of these 2 objectives of the platform nothing is said.',
    );
    const narrow = { ...record, otherObjectives: ['backup age', 'restore time'] };
    expect(renderSummary(narrow)).toContain(said);
    expect(renderHtml(narrow, journal)).toContain('Of these 2 objectives of the platform nothing is said.');
    expect(renderSummary(record) + renderHtml(record, journal)).not.toContain('Not asked for here');
    expect(otherObjectivesInWords([])).toBeUndefined();
  });
});
