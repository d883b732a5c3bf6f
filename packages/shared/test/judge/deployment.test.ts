import { describe, expect, it } from 'vitest';
import { judge } from '../../src/judge/judge.ts';
import type { DeploymentMeasure } from '../../src/objectives/signal.ts';
import type { DeploymentRecord } from '../../src/record/record.ts';
import { deployed } from '../report/fixture-deployment.ts';
import { observationsOf } from './observations-of.ts';

const out = deployed;
const takenBack: DeploymentRecord = {
  ...out,
  outcome: 'taken-back',
  because: '12 of 40 answers were errors',
  deploySeconds: null,
  rollBackSeconds: { low: 10, high: 12 },
  returnSeconds: null,
};

function found(measure: DeploymentMeasure, limit: number, ...deployments: DeploymentRecord[]) {
  const [finding] = judge(
    observationsOf({
      deployments,
      assignments: [
        {
          objectiveName: 'deploy',
          objective: { signal: { from: 'deployment', measure }, comparator: '<', limit, unit: 's' },
          window: 'release',
        },
      ],
    }),
  );
  if (finding === undefined) throw new Error('there is a finding for each assignment');
  return finding;
}

describe('a deployment is judged', () => {
  it.each([
    ['seconds-to-deploy', 60, out, 'pass'],
    ['seconds-to-deploy', 20, out, 'fail'],
    ['seconds-to-deploy', 30, out, 'inconclusive'],
    ['seconds-to-return', 60, out, 'pass'],
    ['seconds-to-return', 60, { ...out, returnSeconds: { low: 120, high: null } }, 'fail'],
    ['seconds-to-roll-back', 60, takenBack, 'pass'],
    ['seconds-to-roll-back', 5, takenBack, 'fail'],
  ] as const)('by %s < %d', (measure, limit, record, outcome) => {
    expect(found(measure, limit, record)).toMatchObject({ outcome });
  });

  it('fails whatever the limit when the version was taken back instead of coming out, and says why', () => {
    const finding = found('seconds-to-deploy', 1e9, takenBack);
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: 60, high: null } });
    expect(finding.explanation).toContain('12 of 40 answers were errors');
  });

  it('fails whatever the limit when a bad version came out and nobody took it back', () => {
    expect(found('seconds-to-roll-back', 1e9, out)).toMatchObject({
      outcome: 'fail',
      explanation: expect.stringContaining('nobody took it back'),
    });
  });

  it('is no way back to where nothing has gone away from', () => {
    const unseen: DeploymentRecord = { ...out, outcome: 'unfinished', deploySeconds: null, served: false };
    const finding = found('seconds-to-return', 60, unseen);
    expect(finding).toMatchObject({ outcome: 'inconclusive', reason: 'not-run' });
    expect(finding.explanation).toContain('never got traffic');
    expect(found('seconds-to-return', 60, { ...unseen, served: true }).outcome).toBe('pass');
    const stuck = { ...unseen, returnSeconds: { low: 120, high: null } };
    expect(found('seconds-to-return', 60, stuck).outcome).toBe('fail');
  });

  it('says so of a version that was taken back before it got traffic', () => {
    expect(found('seconds-to-roll-back', 60, { ...takenBack, served: false })).toMatchObject({
      outcome: 'pass',
      explanation: expect.stringContaining('never got traffic'),
    });
    expect(found('seconds-to-roll-back', 60, takenBack).explanation ?? '').not.toContain('traffic');
  });

  it('fails when it neither came out nor was taken back', () => {
    const hung: DeploymentRecord = {
      ...takenBack,
      outcome: 'unfinished',
      rollBackSeconds: null,
      because: 'hangs',
    };
    expect(found('seconds-to-deploy', 1e9, hung).outcome).toBe('fail');
    expect(found('seconds-to-roll-back', 1e9, hung).outcome).toBe('fail');
  });

  it.each([
    ['there was none', []],
    ['it was not begun', [{ ...takenBack, outcome: 'not-begun' }]],
    ['it was cut short', [{ ...takenBack, outcome: 'cut-short' }]],
  ] as readonly (readonly [string, DeploymentRecord[]])[])('is never a pass when %s', (_, records) => {
    for (const measure of ['seconds-to-deploy', 'seconds-to-roll-back', 'seconds-to-return'] as const) {
      expect(found(measure, 1e9, ...records)).toMatchObject({ outcome: 'inconclusive', reason: 'not-run' });
    }
  });
});
