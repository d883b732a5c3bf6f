import { expect, test } from 'vitest';
import { verdictOf, type RunEnd, type VerdictInput } from '../../src/judge/verdict.ts';
import type { Finding } from '../../src/objectives/finding.ts';
import type { RestoreRecord } from '../../src/record/record.ts';
import { deployed } from '../report/fixture-deployment.ts';
import { failover } from '../report/fixture-drills.ts';

const pass: Finding = {
  objective: 'errors',
  window: 'baseline',
  signal: 'client error ratio',
  outcome: 'pass',
  value: { low: 0, high: 0 },
  limit: 0.01,
  comparator: '<',
  samples: 1000,
  unit: 'ratio',
  severity: 'must',
};
const fail: Finding = {
  ...pass,
  objective: 'p95',
  outcome: 'fail',
  value: { low: 200, high: null },
  limit: 200,
  unit: 'ms',
};
const open: Finding = {
  ...pass,
  objective: 'API',
  outcome: 'inconclusive',
  reason: 'no-samples',
  value: null,
};
const experiment = {
  name: 'killed',
  fault: 'f',
  targets: [],
  injectedAt: 'now',
  healedAt: 'now',
  effective: true,
  witness: 'pid',
  recoverySeconds: 1,
};
const restore = (seconds: RestoreRecord['seconds']): RestoreRecord => ({
  name: 'restore',
  backupAgeSeconds: { low: 1, high: 2 },
  seconds,
  targets: { rto: 300, rpo: 60 },
  failed: 'replay took longer',
});
const outOfTime: RunEnd = { how: 'cut-short', reason: 'the run was ended after 600 s' };
const stopped = { failed: 'recover: stopped: the run was ended after 600 s', stoppedAfter: 20 };
const residue = [{ what: 'toxic', where: 'proxy a', how: 'listed' }];
const interrupted: RunEnd = { how: 'interrupted', exitCode: 143, reason: 'SIGTERM' };

const nothing: VerdictInput = {
  findings: [pass],
  experiments: [experiment],
  drills: [failover],
  residue: [],
  end: { how: 'finished' },
};

test('a run that was cut short says so, and not that it was not begun', () => {
  const { reasons } = verdictOf({ ...nothing, end: outOfTime });
  expect(reasons).toContain('cut short: the run was ended after 600 s');
});

test.each<[string, Partial<VerdictInput>, string, number]>([
  ['all well', {}, 'pass', 0],
  ['a should that fails', { findings: [pass, { ...fail, severity: 'should' }] }, 'pass', 0],
  ['only shoulds', { findings: [{ ...pass, severity: 'should' }] }, 'inconclusive', 2],
  ['no finding', { findings: [] }, 'inconclusive', 2],
  ['a smoke gate that nobody judges', { smoke: { total: 3, failures: ['ready: got 500'] } }, 'fail', 1],
  ['a smoke gate that holds', { smoke: { total: 3, failures: [] } }, 'pass', 0],
  ['an open one', { findings: [pass, open] }, 'inconclusive', 2],
  ['ineffective', { experiments: [{ ...experiment, effective: false }] }, 'inconclusive', 2],
  [
    'clients well, and not all of it back in service',
    { experiments: [{ ...experiment, witnessesBack: { outcome: 'not back', detail: '2 replicas' } }] },
    'fail',
    1,
  ],
  [
    'nobody knows whether all of it is back',
    { experiments: [{ ...experiment, witnessesBack: { outcome: 'not told', detail: 'no answer' } }] },
    'inconclusive',
    2,
  ],
  [
    'all of it is back',
    { experiments: [{ ...experiment, witnessesBack: { outcome: 'back', detail: '4 replicas' } }] },
    'pass',
    0,
  ],
  ['effect unknown', { experiments: [{ ...experiment, effective: null }] }, 'inconclusive', 2],
  [
    'not injected',
    { experiments: [{ ...experiment, injectedAt: null, notInjected: 'not steady' }] },
    'inconclusive',
    2,
  ],
  ['aborted', { experiments: [{ ...experiment, aborted: 'errors' }] }, 'inconclusive', 2],
  ['blind', { findings: [], end: { how: 'blind', reasons: ['no Prometheus'] } }, 'inconclusive', 2],
  ['a failure before an open one', { findings: [open, fail] }, 'fail', 1],
  ['a drill that failed', { drills: [{ ...failover, failed: 'no standby' }] }, 'fail', 1],
  [
    'a drill that had all of its time',
    { drills: [{ ...failover, failed: 'late', rto: { low: 90, high: null, target: 90, givenUpAfter: 90 } }] },
    'fail',
    1,
  ],
  [
    'a drill that was given up before its time was over',
    {
      drills: [{ ...failover, failed: 'late', rto: { low: 90, high: null, target: 300, givenUpAfter: 90 } }],
    },
    'inconclusive',
    2,
  ],
  ['a restore that failed', { restores: [restore({ low: 9, high: null })] }, 'fail', 1],
  [
    'a restore that had all of its time',
    { restores: [restore({ low: 300, high: null, givenUpAfter: 300 })] },
    'fail',
    1,
  ],
  [
    'a restore that was given up before its time was over',
    { restores: [restore({ low: 90, high: null, givenUpAfter: 90 })] },
    'inconclusive',
    2,
  ],
  [
    'a drill that the run has ended',
    { drills: [{ ...failover, ...stopped }], end: outOfTime },
    'inconclusive',
    2,
  ],
  [
    'two writers that were proven before the run has ended the drill',
    {
      drills: [{ ...failover, ...stopped, writers: { outcome: 'proven', detail: 'a and b' } }],
      end: outOfTime,
    },
    'fail',
    1,
  ],
  [
    'a restore that the run has ended',
    { restores: [{ ...restore({ low: 20, high: null }), ...stopped }], end: outOfTime },
    'inconclusive',
    2,
  ],
  ['one writer', { drills: [{ ...failover, writers: { outcome: 'excluded', detail: '' } }] }, 'pass', 0],
  [
    'perhaps two writers, whatever the objectives are',
    { drills: [{ ...failover, writers: { outcome: 'not excluded', detail: 'node a was silent' } }] },
    'inconclusive',
    2,
  ],
  [
    'two writers of a drill that was also given up before its time was over',
    {
      drills: [
        {
          ...failover,
          failed: 'late; two writers at once: nodes a and b for 9 s',
          rto: { low: 90, high: null, target: 300, givenUpAfter: 90 },
          writers: { outcome: 'proven', detail: 'nodes a and b for 9 s' },
        },
      ],
    },
    'fail',
    1,
  ],
  ['a version that came out', { deployments: [deployed] }, 'pass', 0],
  ['a version that was taken back', { deployments: [{ ...deployed, outcome: 'taken-back' }] }, 'pass', 0],
  ['a deployment that hangs', { deployments: [{ ...deployed, outcome: 'unfinished' }] }, 'fail', 1],
  ['a version that stays', { deployments: [{ ...deployed, stuck: '1 does not serve' }] }, 'fail', 1],
  [
    'a version that nobody saw, and that stays',
    { deployments: [{ ...deployed, outcome: 'cut-short', stuck: '1 does not serve' }] },
    'fail',
    1,
  ],
  ['not begun', { deployments: [{ ...deployed, outcome: 'not-begun' }] }, 'inconclusive', 2],
  ['cut short', { deployments: [{ ...deployed, outcome: 'cut-short' }] }, 'inconclusive', 2],
  ['broken before a failure', { findings: [fail], end: { how: 'broken', reason: 'bug' } }, 'broken', 70],
  ['refused', { findings: [], end: { how: 'refused', reasons: ['production'] } }, 'refused', 3],
  ['interrupted before a failure', { findings: [fail], end: interrupted }, 'interrupted', 143],
  ['residue before an interruption', { residue, end: interrupted }, 'residue', 4],
  ['residue before broken', { residue, end: { how: 'broken', reason: 'bug' } }, 'residue', 4],
])('%s', (_name, given, outcome, exitCode) => {
  const verdict = verdictOf({ ...nothing, ...given });
  expect(verdict).toMatchObject({ outcome, exitCode });
  expect(verdict.reasons.length).toBeGreaterThan(0);
});

test('what was missed is told with what explains it, as a warning as well', () => {
  const explanation = 'no copy was begun between 02:00 and 02:10 (UTC) on 2026-11-26.';
  const departs: Finding = {
    ...fail,
    objective: 'dumps',
    value: { low: 1, high: 1 },
    limit: 0,
    comparator: '<=',
    unit: 'departures',
    explanation,
  };
  const said = `dumps (baseline) is 1 departures, not <= 0 departures: ${explanation}`;
  expect(verdictOf({ ...nothing, findings: [pass, departs] }).reasons).toEqual([said]);
  expect(verdictOf({ ...nothing, findings: [pass, { ...departs, severity: 'should' }] }).reasons).toContain(
    `warning: ${said}`,
  );
});

test('the reason that decided comes first, and the others follow', () => {
  const { reasons } = verdictOf({ ...nothing, findings: [open, fail], residue });
  expect(reasons).toEqual([
    'residue: toxic at proxy a (listed)',
    'p95 (baseline) is at least 200 ms, not < 200 ms',
    'API (baseline) is inconclusive: no-samples',
  ]);
});

test('two writers are told once, and first, and that the drill was given up early still is', () => {
  const writers = { outcome: 'proven', detail: 'nodes a and b for 9 s' } as const;
  const failed = `late; two writers at once: ${writers.detail}`;
  const early = { ...failover, failed, rto: { low: 90, high: null, target: 300, givenUpAfter: 90 }, writers };
  expect(verdictOf({ ...nothing, drills: [early] }).reasons).toEqual([
    `${failover.name} failed: two writers at once: ${writers.detail}`,
    `${failover.name} was given up after 90 s, and it has 300 s: ${failed}`,
  ]);
  const inTime = { ...failover, failed, writers };
  expect(verdictOf({ ...nothing, drills: [inTime] }).reasons).toEqual([`${failover.name} failed: ${failed}`]);
});

test('phases that were not run change nothing, and are never left unsaid', () => {
  const restored = { name: 'restore', title: 'Restore', kind: 'restore', why: 'no backup is there' } as const;
  const notRun = [{ ...restored, notJudged: ['restore time'] }];
  const said = 'restore is not run here: no backup is there; not judged: "restore time"';
  const passed = verdictOf({ ...nothing, notRun });
  expect(passed.exitCode).toBe(0);
  expect(passed.reasons).toEqual(['all 1 objectives that must hold and were judged do', said]);
  const failed = verdictOf({ ...nothing, findings: [fail], notRun });
  expect(failed.exitCode).toBe(1);
  expect(failed.reasons.at(-1)).toBe(said);
});
