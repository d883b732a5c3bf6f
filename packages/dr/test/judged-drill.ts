import { judge } from '@ordeal/shared/judge/judge';
import type { Observations } from '@ordeal/shared/judge/observations';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { DrillMeasure } from '@ordeal/shared/objectives/signal';
import type { DrillRecord, LedgerRecord } from '@ordeal/shared/record/record';

export const anchor = { monotonicMs: 0, wallMs: Date.UTC(2026, 0, 1) };

/** The record of a drill with nothing wrong but what its ledger, or the change, says. */
export function drillOf(rpo: LedgerRecord, change: Partial<DrillRecord> = {}): DrillRecord {
  return {
    name: 'drill',
    kind: 'failover',
    rto: { low: 1, high: 2, target: 10 },
    outages: [
      {
        stream: 'write',
        attempts: 500,
        bad: 10,
        outage: { low: 1, high: 1.1 },
        firstSuccessSeconds: 1,
        latenessMs: { p99: 1, max: 2 },
        missedTicks: 0,
      },
    ],
    rpo,
    steps: [],
    flaps: 0,
    badSeconds: 1,
    decomposition: {},
    secondWitness: { agrees: true, detail: 'it agrees' },
    writers: { outcome: 'excluded', detail: 'nobody else took writes' },
    ...change,
  };
}

/** The measures that a drill is judged by, each of which has to be nothing (or one writer). */
export const measures: readonly DrillMeasure[] = ['lost', 'anomalies', 'stale', 'flaps', 'writers'];

/** What is judged of a drill, one finding a measure. */
export function findingsOf(drill: DrillRecord): readonly Finding[] {
  const observations: Observations = {
    anchor,
    windows: [],
    intervals: [],
    readings: [],
    loads: [],
    generatorBroke: null,
    experiments: [],
    drills: [drill],
    smoke: null,
    observerProblems: [],
    end: { how: 'finished' },
    assignments: measures.map((measure) => ({
      objectiveName: measure,
      window: drill.name,
      objective: {
        signal: { from: 'drill', measure },
        comparator: '<=',
        limit: measure === 'writers' ? 1 : 0,
        unit: '1',
      },
    })),
  };
  return judge(observations);
}
