import type { Finding } from '../../src/objectives/finding.ts';
import type { ExperimentRecord, RunRecord, WindowRecord } from '../../src/record/record.ts';
import type { JournalEntry } from '../../src/timeline/event.ts';
import { endlessFailover, failback, failover, lossyFailover } from './fixture-drills.ts';
import { failingFindings, finding, healthyFindings, inconclusiveFindings } from './fixture-findings.ts';
import { entry, gameDayJournal, ORIGIN, wall } from './fixture-journal.ts';

/** A made-up run: what a report is made of. */
export interface FixtureRun {
  readonly record: RunRecord;
  readonly journal: readonly JournalEntry[];
}

const healthyRecord: RunRecord = {
  schemaVersion: 1,
  run: {
    id: '20260314-015840-gameday',
    kind: 'gameday',
    platform: 'agentic-platform',
    scenario: 'gameday',
    startedAt: wall(0),
    finishedAt: wall(188.5),
    seed: 4711,
    suiteVersion: '0.1.0',
    commit: '3f9c2ab41d07',
  },
  verdict: { outcome: 'pass', exitCode: 0, reasons: ['15 of 15 objectives hold in every window.'] },
  windows: [
    window('smoke', 'smoke', 2.1, 5),
    window('baseline/steady', 'baseline', 10, 35),
    window('replica-killed/steady', 'replica-killed', 35, 45.2),
    window('replica-killed/during', 'replica-killed', 45.2, 48.2),
    window('replica-killed/recovery', 'replica-killed', 48.2, 58.2),
    window('database-unreachable/steady', 'database-unreachable', 64, 74.3),
    window('database-unreachable/during', 'database-unreachable', 74.3, 84.4),
    window('database-unreachable/recovery', 'database-unreachable', 84.4, 96),
    window('region-lost', 'region-lost', 107.412, 146),
    window('failback', 'failback', 158, 184),
  ],
  findings: healthyFindings,
  loads: [
    {
      workload: 'baseline',
      offered: 26_850,
      achieved: 26_830,
      dropped: 20,
      failed: 1_204,
      requests: 26_830,
      latencyMs: { p50: 4.21, p95: 13.9, p99: 88.4 },
      validity: { valid: true },
    },
  ],
  experiments: [
    experiment({
      name: 'replica-killed',
      fault: 'SIGKILL to one API replica',
      targets: ['process a/api-1'],
      injectedAt: wall(45.2),
      healedAt: wall(46.9),
      witness: 'process id of a/api-1: 4711 → 4822',
      recoverySeconds: 2,
    }),
    experiment({
      name: 'database-unreachable',
      fault: 'connections to the database are cut',
      targets: ['proxy a/postgres'],
      injectedAt: wall(74.3),
      healedAt: wall(84.4),
      witness: 'client error ratio 0 % → 16.1 %; pool errors of a/api-1 0 → 214',
      recoverySeconds: 3.5,
    }),
  ],
  drills: [failover, failback],
  residue: [],
  environment: {
    versions: {
      k6: '2.2.0',
      node: '24.21.0',
      postgresql: '15.14',
      prometheus: '2.42.0',
      toxiproxy: '2.12.0',
    },
    settings: {
      'abort condition': '≥ 10 % errors for 5 s',
      synchronous_commit: 'remote_apply',
      synchronous_standby_names: 'b',
      'scrape interval': '1 s',
    },
  },
};

/** A full game day on a healthy platform. */
export function gameDay(): FixtureRun {
  return { record: healthyRecord, journal: gameDayJournal({ p95: 9, errors: 0.0003 }) };
}

/** Lost writes, an RTO over its target, a p95 that is too high, an experiment without effect. */
export function failingRun(): FixtureRun {
  return {
    record: {
      ...healthyRecord,
      verdict: {
        outcome: 'fail',
        exitCode: 1,
        reasons: [
          'no acknowledged write lost in region-lost: 37 writes, must be ≤ 0 writes',
          'RTO in region-lost: 41.3–41.6 s, must be ≤ 10 s',
          'client p95 in baseline/steady: 232–253 ms, must be < 200 ms',
        ],
      },
      findings: failingFindings,
      drills: [lossyFailover, failback],
      experiments: healthyRecord.experiments.map((each, index) =>
        index === 0 ? each : { ...each, effective: false, witness: 'client error ratio stayed at 0 %' },
      ),
    },
    journal: gameDayJournal({ p95: 230, errors: 0.004 }),
  };
}

/** Prometheus saw nothing, the generator was limited, one fault was not injected. */
export function inconclusiveRun(): FixtureRun {
  const [killed, cut] = healthyRecord.experiments;
  return {
    record: {
      ...healthyRecord,
      verdict: {
        outcome: 'inconclusive',
        exitCode: 2,
        reasons: ['API errors in baseline/steady: no value; there were no samples'],
      },
      findings: inconclusiveFindings,
      drills: [failover],
      experiments: [
        ...(killed ? [killed] : []),
        ...(cut
          ? [
              {
                ...cut,
                injectedAt: null,
                healedAt: null,
                notInjected: 'It was not steady before.',
                effective: null,
                recoverySeconds: null,
              },
            ]
          : []),
      ],
      loads: healthyRecord.loads.map((load) => ({
        ...load,
        validity: { valid: false, reason: 'the generator used 98 % of its CPU' },
      })),
    },
    journal: gameDayJournal({ p95: 9, errors: 0 }),
  };
}

/** The drill never ended, the run broke off in it, and something is left. */
export function residueRun(): FixtureRun {
  return {
    record: {
      ...healthyRecord,
      verdict: {
        outcome: 'residue',
        exitCode: 4,
        reasons: ['1 thing is left behind: toxic cut at proxy a/postgres.'],
      },
      drills: [endlessFailover],
      residue: [{ what: 'toxic cut', where: 'proxy a/postgres', how: 'ordeal recover' }],
    },
    journal: gameDayJournal({ p95: 9, errors: 0 }).filter((each) => each.monotonicMs < ORIGIN + 120_000),
  };
}

/** Nothing was done at all: refused before the first phase. */
export function emptyRun(): FixtureRun {
  return {
    record: {
      ...healthyRecord,
      verdict: {
        outcome: 'refused',
        exitCode: 3,
        reasons: ['The platform is production and does not allow faults.'],
      },
      windows: [],
      findings: [],
      loads: [],
      experiments: [],
      drills: [],
      residue: [],
      environment: { versions: {}, settings: {} },
    },
    journal: [],
  };
}

/** Text that would break out of any format that does not escape it. */
export const HOSTILE = `</script></style><img src=x onerror=alert(1)>"' onload="x" ]]> --> & &amp; | \`a\` *b* \u0000\u001b[31m\u0007\u202e\ud800 \n# h`;

/** The game day with hostile text wherever text may stand. */
export function hostileRun(): FixtureRun {
  const { record, journal } = gameDay();
  const bad = finding({
    objective: HOSTILE,
    window: HOSTILE,
    signal: HOSTILE,
    value: { low: 1, high: 2 },
    limit: 0,
    unit: HOSTILE,
    samples: 3,
    query: HOSTILE,
    source: HOSTILE,
    explanation: HOSTILE,
  });
  return {
    record: {
      ...record,
      run: { ...record.run, id: HOSTILE, platform: HOSTILE, scenario: HOSTILE, commit: HOSTILE },
      verdict: { outcome: 'fail', exitCode: 1, reasons: [HOSTILE] },
      windows: record.windows.map((each) => ({ ...each, name: HOSTILE, phase: HOSTILE })),
      findings: [
        { ...bad, outcome: 'fail' },
        { ...bad, outcome: 'inconclusive', reason: 'stale' },
      ],
      loads: record.loads.map((load) => ({
        ...load,
        workload: HOSTILE,
        validity: { valid: false as const, reason: HOSTILE },
      })),
      experiments: record.experiments.map((each) => ({
        ...each,
        name: HOSTILE,
        fault: HOSTILE,
        targets: [HOSTILE],
        witness: HOSTILE,
        aborted: HOSTILE,
      })),
      drills: record.drills.map((drill) => ({
        ...drill,
        name: HOSTILE,
        failed: HOSTILE,
        secondWitness: { agrees: false, detail: HOSTILE },
        outages: drill.outages.map((outage) => ({ ...outage, stream: HOSTILE })),
        steps: drill.steps.map((each) => ({ ...each, name: HOSTILE, detail: HOSTILE })),
      })),
      residue: [{ what: HOSTILE, where: HOSTILE, how: HOSTILE }],
      environment: { versions: { [HOSTILE]: HOSTILE }, settings: { [HOSTILE]: HOSTILE } },
    },
    journal: [
      ...journal.map((each) => ('fault' in each ? { ...each, fault: HOSTILE } : each)),
      entry(186, { type: 'phase-started', phase: HOSTILE, title: HOSTILE, expectedSeconds: 3 }),
      entry(187, {
        type: 'milestone',
        phase: HOSTILE,
        name: HOSTILE,
        instant: { low: ORIGIN + 187_000, high: ORIGIN + 187_000 },
        detail: HOSTILE,
      }),
    ],
  };
}

/** Findings repeated into thousands, for limits of size. */
export function manyFindings(many: number): readonly Finding[] {
  return Array.from({ length: many }, (_, index) => ({
    ...finding({
      objective: `objective ${index}`,
      window: 'baseline/steady',
      value: { low: 1, high: 1 },
      limit: 2,
      unit: '1',
      samples: 60,
    }),
  }));
}

function window(name: string, phase: string, from: number, to: number): WindowRecord {
  return {
    name,
    phase,
    from: wall(from),
    to: wall(to),
    monotonicFrom: ORIGIN + from * 1000,
    monotonicTo: ORIGIN + to * 1000,
  };
}

function experiment(given: Omit<ExperimentRecord, 'effective'>): ExperimentRecord {
  return { effective: true, ...given };
}
