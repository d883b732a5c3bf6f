import { join } from 'node:path';
import { collectReadings } from '@ordeal/shared/judge/collect';
import { judge } from '@ordeal/shared/judge/judge';
import type { Observations } from '@ordeal/shared/judge/observations';
import { verdictOf, type RunEnd } from '@ordeal/shared/judge/verdict';
import { waitForScrapes } from '@ordeal/shared/prometheus/barrier';
import type { ResidueRecord, RunRecord } from '@ordeal/shared/record/record';
import { writeDurably } from '@ordeal/shared/undo/durable-file';
import type { Session } from './session.ts';
import { EVIDENCE_MODE } from './write-record.ts';

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
  const observations = await observe(session, ending.end);
  try {
    writeDurably(join(context.dir, 'observations.json'), JSON.stringify(observations), EVIDENCE_MODE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.journal.append({ type: 'warning', message: `the observations could not be kept: ${reason}` });
  }
  const findings = judge(observations);
  for (const finding of findings) context.journal.append({ type: 'finding', finding });
  const drills = results.drills.map((drill) => drill.record);
  const verdict = verdictOf({
    findings,
    experiments: results.experiments,
    drills,
    residue: ending.residue,
    end: ending.end,
  });
  return {
    schemaVersion: 1,
    run: {
      id: context.runId,
      kind: session.kind,
      platform: loaded.platform.name,
      scenario: scenario.name,
      startedAt: ending.startedAt.toISOString(),
      finishedAt: new Date(context.clock.wall()).toISOString(),
      seed: context.seed,
      suiteVersion: ending.suiteVersion,
      commit: ending.commit,
    },
    verdict,
    windows: results.windows,
    findings,
    loads: results.loads,
    experiments: results.experiments,
    drills,
    residue: ending.residue,
    environment: ending.environment,
  };
}

async function observe(session: Session, end: RunEnd): Promise<Observations> {
  const { context, results, loaded, anchor } = session;
  const { windows, assignments } = results;
  const first = Math.min(...windows.map((window) => window.monotonicFrom));
  const last = Math.max(...windows.map((window) => window.monotonicTo));
  const asked = assignments.filter((one) => one.objective.signal.from === 'prometheus');
  const problems = [...results.observerProblems];
  if (asked.length > 0 && Number.isFinite(last)) {
    const names = new Set(asked.map((one) => one.window));
    const judged = windows.filter((window) => names.has(window.name)).map((window) => Date.parse(window.to));
    const barrier = await waitForScrapes(
      session.prometheus,
      loaded.platform.prometheus,
      Math.max(...judged),
      {
        clock: context.clock,
        deadlineMs: 15_000,
      },
    );
    problems.push(...barrier.problems.map((reason) => ({ reason, observer: 'prometheus' as const })));
  }
  const readings = await collectReadings(
    session.prometheus,
    loaded.platform.prometheus,
    assignments,
    windows,
  );
  return {
    end,
    anchor,
    assignments,
    windows,
    intervals: Number.isFinite(first) ? (results.workload?.stream.between(first, last) ?? []) : [],
    readings,
    loads: results.loads,
    experiments: results.experiments,
    drills: results.drills.map((drill) => drill.record),
    smoke: results.smoke,
    observerProblems: problems,
    generatorBroke: results.generatorBroke,
  };
}
