import { dirname } from 'node:path';
import type { Observations } from '@ordeal/shared/judge/observations';
import { leakRecords } from '@ordeal/shared/judge/leaks/leak-records';
import { observePrometheus } from '@ordeal/shared/judge/observe-prometheus';
import { settlingRecords } from '@ordeal/shared/judge/settling';
import type { RunEnd } from '@ordeal/shared/judge/verdict';
import type { ResidueRecord, RunRecord } from '@ordeal/shared/record/record';
import { otherObjectives } from '@ordeal/shared/scenario/other-objectives';
import { conclude } from '../judge/conclude.ts';
import { readEarlierRuns } from './earlier-runs.ts';
import type { Session } from './session.ts';
import { workloadWords } from './workload-words.ts';

/** How a run came to its end, apart from what was measured. */
export interface Ending {
  readonly startedAt: Date;
  readonly end: RunEnd;
  readonly residue: readonly ResidueRecord[];
  readonly environment: RunRecord['environment'];
  readonly suiteVersion: string;
  readonly commit: string | null;
}

/** Reads Prometheus, judges, and puts the record together. Never throws for what an observer does. */
export async function judgeRun(session: Session, ending: Ending): Promise<RunRecord> {
  const { context, scenario, loaded, results } = session;
  const run = {
    id: context.runId,
    kind: session.kind,
    platform: loaded.platform.name,
    scenario: scenario.name,
    pace: session.pace,
    workload: workloadWords(scenario, loaded.platform),
    startedAt: ending.startedAt.toISOString(),
    seed: context.seed,
    suiteVersion: ending.suiteVersion,
    commit: ending.commit,
  };
  const history = readEarlierRuns(dirname(context.dir), run, results.assignments);
  for (const unread of history.unreadable) {
    context.journal.append({ type: 'note', message: `an earlier run is not compared with: ${unread}` });
  }
  const observations = { ...(await observe(session, ending.end)), earlier: history.runs };
  const { findings, verdict, evidence } = await conclude(observations, ending.residue, context);
  const settlings = settlingRecords(observations);
  const leaks = leakRecords(observations);
  const others = otherObjectives(loaded.platform, scenario);
  return {
    schemaVersion: 1,
    run: { ...run, finishedAt: new Date(context.clock.wall()).toISOString() },
    verdict,
    windows: results.windows,
    findings,
    loads: results.loads,
    experiments: results.experiments,
    drills: observations.drills,
    ...(results.restores.length === 0 ? {} : { restores: results.restores }),
    ...(results.deployments.length === 0 ? {} : { deployments: results.deployments }),
    ...(results.limits.length === 0 ? {} : { limits: results.limits }),
    ...(scenario.notRun === undefined ? {} : { notRun: scenario.notRun }),
    ...(others.length === 0 ? {} : { otherObjectives: others }),
    ...(results.capacities.length === 0 ? {} : { capacities: results.capacities }),
    ...(settlings.length === 0 ? {} : { settlings }),
    ...(leaks.length === 0 ? {} : { leaks }),
    residue: ending.residue,
    environment: ending.environment,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

async function observe(session: Session, end: RunEnd): Promise<Observations> {
  const { context, results, loaded, anchor } = session;
  const { windows, assignments } = results;
  const first = Math.min(...windows.map((window) => window.monotonicFrom));
  const last = Math.max(...windows.map((window) => window.monotonicTo));
  const seen = await observePrometheus(session.prometheus, loaded.platform.prometheus, assignments, windows, {
    clock: context.clock,
    anchor,
    barrierMs: 15_000,
    before: results.sightBefore,
    faults: results.faults,
  });
  return {
    end,
    anchor,
    assignments,
    windows,
    intervals: Number.isFinite(first)
      ? results.streams
          .flatMap((stream) => stream.between(first, last))
          .toSorted((left, right) => left.from - right.from)
      : [],
    readings: seen.readings,
    ...(seen.sight === undefined ? {} : { sight: seen.sight }),
    loads: results.loads,
    ...(Object.keys(results.loadValid).length === 0 ? {} : { loadValid: results.loadValid }),
    ...(results.capacities.length === 0 ? {} : { capacities: results.capacities }),
    ...(results.spikes.length === 0 ? {} : { spikes: results.spikes }),
    experiments: results.experiments,
    drills: results.drills.map((drill) => drill.record),
    ...(results.restores.length === 0 ? {} : { restores: results.restores }),
    ...(results.deployments.length === 0 ? {} : { deployments: results.deployments }),
    ...(results.limits.length === 0 ? {} : { limits: results.limits }),
    ...(session.scenario.notRun === undefined ? {} : { notRun: session.scenario.notRun }),
    ...(results.autoscalers.length === 0 ? {} : { autoscalers: results.autoscalers }),
    ...(results.pods.length === 0 ? {} : { pods: results.pods }),
    faults: results.faults,
    smoke: results.smoke,
    observerProblems: [...results.observerProblems, ...seen.observerProblems],
    generatorBroke: results.generatorBroke,
  };
}
