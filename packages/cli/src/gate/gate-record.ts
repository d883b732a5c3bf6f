import { arch, platform as operatingSystem, release } from 'node:os';
import { dirname, join } from 'node:path';
import { versions } from 'node:process';
import { createFileJournal, type FileJournal } from '@ordeal/shared/journal/file-journal';
import { leakRecords } from '@ordeal/shared/judge/leaks/leak-records';
import type { Observations } from '@ordeal/shared/judge/observations';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { RunRecord } from '@ordeal/shared/record/record';
import { objectivesBeside } from '@ordeal/shared/scenario/other-objectives';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { conclude } from '../judge/conclude.ts';
import { commitOf } from '../run/commit-of.ts';
import { suiteVersion } from '../suite-version.ts';
import { readEarlierRuns } from '../run/earlier-runs.ts';
import { createRunDirectory } from '../run/run-directory.ts';
import { writeRecord } from '../run/write-record.ts';
import type { Gate, GatePlan } from './gate.ts';

/** A gate that has come to its verdict. */
export interface FinishedGate {
  readonly record: RunRecord;
  readonly report: string;
}

/** Makes the run's folder and its journal. */
export function openGate(
  plan: GatePlan,
  title: string,
  listener: (entry: JournalEntry) => void,
  edge: Edge,
): Gate & { readonly journal: FileJournal } {
  const startedAt = new Date(plan.clock.wall());
  const { id, dir } = createRunDirectory(edge.cwd, startedAt);
  const journal = createFileJournal(join(dir, 'journal.jsonl'), plan.clock, [listener]);
  journal.append({
    type: 'run-started',
    run: id,
    kind: plan.kind,
    platform: plan.loaded.platform.name,
    scenario: title,
    seed: 0,
  });
  for (const message of plan.warnings) journal.append({ type: 'warning', message });
  return { ...plan, id, dir, startedAt, journal };
}

/** Judges what was observed, and writes the record with its reports. `settings` say what the figures are of. */
export async function closeGate(
  gate: Gate & { readonly journal: FileJournal },
  title: string,
  observations: Observations,
  settings: Readonly<Record<string, string>>,
  edge: Edge,
): Promise<FinishedGate> {
  const run = {
    id: gate.id,
    kind: gate.kind,
    platform: gate.loaded.platform.name,
    scenario: title,
    // Its users' own: nothing was added to it, and nothing slowed down.
    workload: 'live traffic',
    pace: 'full' as const,
    startedAt: gate.startedAt.toISOString(),
    seed: 0,
    suiteVersion: suiteVersion(edge),
    commit: await commitOf(gate.loaded.folder),
  };
  const history = readEarlierRuns(dirname(gate.dir), run, observations.assignments);
  for (const unread of history.unreadable) {
    gate.journal.append({ type: 'note', message: `an earlier run is not compared with: ${unread}` });
  }
  const judged = { ...observations, earlier: history.runs };
  const { findings, verdict, evidence } = await conclude(judged, [], gate);
  const leaks = leakRecords(judged);
  const others = objectivesBeside(gate.loaded.platform, gate.objectives);
  const server = await gate.prometheus.buildInfo();
  const { url } = gate.loaded.platform.prometheus;
  const record: RunRecord = {
    schemaVersion: 1,
    run: { ...run, finishedAt: new Date(gate.clock.wall()).toISOString() },
    verdict,
    windows: observations.windows,
    findings,
    loads: [],
    experiments: [],
    drills: [],
    ...(others.length === 0 ? {} : { otherObjectives: others }),
    ...(leaks.length === 0 ? {} : { leaks }),
    residue: [],
    environment: {
      versions: {
        ordeal: suiteVersion(edge),
        node: versions.node,
        prometheus: server.ok ? server.value.version : 'unknown',
      },
      settings: {
        machine: `${operatingSystem()} ${release()} ${arch()}`,
        entry: gate.loaded.platform.entry,
        prometheus: new URL(url).origin + new URL(url).pathname,
        ...settings,
      },
    },
    ...(evidence === undefined ? {} : { evidence }),
  };
  gate.journal.append({ type: 'run-ended', outcome: verdict.outcome, exitCode: verdict.exitCode });
  gate.journal.close();
  try {
    return { record, report: writeRecord(gate.dir, record) };
  } catch (error) {
    const reason = reasonOf(error);
    throw new CommandError(
      `The record could not be written to ${gate.dir}: ${reason}. The verdict was ${verdict.outcome} (exit code ${verdict.exitCode}): ${verdict.reasons[0] ?? ''}`,
      exitCodes.broken,
      [],
      error,
    );
  }
}
