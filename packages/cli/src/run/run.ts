import { join, resolve } from 'node:path';
import { createPrometheus } from '@ordeal/shared/prometheus/client';
import { createFileJournal } from '@ordeal/shared/journal/file-journal';
import type { RunEnd } from '@ordeal/shared/judge/verdict';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { ResidueRecord, RunKind, RunRecord } from '@ordeal/shared/record/record';
import type { Plan } from '@ordeal/shared/scenario/plan';
import { breaks } from '@ordeal/shared/scenario/guardrails/production';
import type { PaceName, Scenario } from '@ordeal/shared/scenario/scenario';
import { anchorOf } from '@ordeal/shared/time/clock';
import { sightBefore } from '@ordeal/shared/judge/collect-sight';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { createFileUndoLedger, openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { guardedLedger } from '@ordeal/shared/undo/guarded-ledger';
import type { Guardian } from '@ordeal/shared/undo/spawn-guardian';
import { CommandError, exitCodes } from '../command-error.ts';
import { healers, healingNeeds } from '../compose/healers.ts';
import { approverOf } from '../approvals/approver.ts';
import type { Asking } from '../drill-flags.ts';
import type { Edge } from '../edge.ts';
import type { LoadedPlatform } from '../load/load-platform.ts';
import { suiteVersion } from '../suite-version.ts';
import { commitOf } from './commit-of.ts';
import { settingsOf, versionsOf } from './environment.ts';
import { executePhases } from './execute.ts';
import { judgeRun } from './finish.ts';
import { endEverything } from './heal.ts';
import { healingBudget } from './healing-budget.ts';
import { describe, endOfAborted, runDeadline } from './endings.ts';
import type { Interruption } from './interruption.ts';
import { LoadNotBegun } from './load-not-begun.ts';
import { beforeAnything, notBegun } from './not-begun.ts';
import { onlyAsks } from './only-asks.ts';
import { askPermission } from './permission.ts';
import { preflight } from './preflight.ts';
import { createRunDirectory } from './run-directory.ts';
import { saveRunFile } from './run-file.ts';
import { emptyResults, noteFault, type Session } from './session.ts';
import { writeRecord } from './write-record.ts';

export interface RunRequest {
  readonly kind: RunKind;
  readonly loaded: LoadedPlatform;
  readonly scenario: Scenario;
  readonly pace: PaceName;
  readonly seed: number;
  readonly plan: Plan;
  readonly programs: { readonly k6: string; readonly node: string };
  readonly listener: (entry: JournalEntry) => void;
  readonly interruption: Interruption;
  /** Whom to ask on the way. */
  readonly asking?: Asking;
}

export interface FinishedRun {
  readonly record: RunRecord;
  readonly dir: string;
  readonly report: string;
}

/** A whole run, on the straight line: preflight → execute → heal → judge → record. */
export async function run(request: RunRequest, edge: Edge): Promise<FinishedRun> {
  const clock = systemClock;
  const startedAt = new Date(clock.wall());
  const { id, dir } = createRunDirectory(edge.cwd, startedAt);
  const { interruption } = request;
  const deadline = runDeadline(request.loaded.platform.guardrails.maxRunSeconds);
  const results = emptyResults();
  const { platform } = request.loaded;
  const journal = createFileJournal(join(dir, 'journal.jsonl'), clock, [
    request.listener,
    (entry) => noteFault(results, entry),
  ]);
  // Nothing can be written into a ledger that was not made.
  const makeLedger = onlyAsks(request.scenario) ? openFileUndoLedger : createFileUndoLedger;
  let guardian: Guardian | undefined;
  const undo = guardedLedger(
    beforeAnything(dir, () => makeLedger(dir, clock)),
    () => guardian,
  );
  interruption.whatIsLeft(() => undo.open().map((entry) => entry.describe));
  journal.append({
    type: 'run-started',
    run: id,
    kind: request.kind,
    platform: platform.name,
    scenario: request.scenario.name,
    seed: request.seed,
  });
  beforeAnything(dir, () =>
    saveRunFile(dir, { run: id, pid: edge.pid, platform, startedAt, scenario: request.scenario }),
  );
  const permission = await askPermission({
    platform,
    run: id,
    pid: edge.pid,
    startedAt,
    clock,
    say: (message) => journal.append({ type: 'warning', message }),
    does: whatItDoes(request.scenario, platform),
  }).catch(notBegun);
  const signal = AbortSignal.any([
    interruption.signal,
    deadline.signal,
    ...(permission.granted ? [permission.signal] : []),
  ]);
  const budget = healingBudget(clock, signal);
  const session: Session = {
    kind: request.kind,
    loaded: request.loaded,
    scenario: request.scenario,
    pace: request.pace,
    context: { runId: id, dir, seed: request.seed, clock, journal, undo, signal },
    anchor: anchorOf(clock),
    prometheus: createPrometheus(platform.prometheus, clock),
    programs: request.programs,
    ...trusted(edge),
    results,
    ...asked(request.asking, edge),
  };

  const commit = commitOf(request.loaded.folder);
  let end: RunEnd = { how: 'finished' };
  let residue: readonly ResidueRecord[] = [];
  let settings: Record<string, string> = {};
  try {
    if (permission.granted) {
      if (!onlyAsks(request.scenario)) guardian = await startGuardian(session, edge);
      settings = await settingsOf(session);
      end = await attempt(session, request.plan, guardian);
      journal.append({ type: 'note', message: 'healing, and looking for residue' });
      residue = await endEverything(session, healers, budget);
    } else {
      end = { how: 'refused', reasons: permission.reasons };
    }
  } catch (error) {
    end = { how: 'broken', reason: describe(error) };
  }
  const aborted = [interruption.signal, ...(permission.granted ? [permission.signal] : [])].find(
    (one) => one.aborted,
  );
  const record = await judgeRun(session, {
    startedAt,
    end: aborted === undefined || end.how === 'broken' ? end : endOfAborted(aborted),
    residue,
    environment: { versions: await versionsOf(edge, request.scenario), settings },
    suiteVersion: suiteVersion(edge),
    commit: await commit,
  });
  journal.append({ type: 'run-ended', outcome: record.verdict.outcome, exitCode: record.verdict.exitCode });
  deadline.stop();
  // With something left the guardian is not let go: it tries once more as soon as this process has ended. What is
  // kept on purpose after a promotion is not its business.
  if (undo.open().length === 0 || undo.promotion() !== undefined)
    await guardian?.release().catch(() => undefined);
  if (permission.granted) await permission.end();
  journal.close();
  return { record, dir, report: writeEvidence(dir, record) };
}

/** A sweep that does not go by the run would delete what another one has created. */
function whatItDoes(scenario: Scenario, { sweep }: Pick<Platform, 'sweep'>): 'asks' | 'loads' | 'breaks' {
  const swept = sweep === null ? [] : [...sweep.requests, sweep.count];
  const deletesItsOwn = swept.every((template) => JSON.stringify(template).includes('{{run}}'));
  if (onlyAsks(scenario) && deletesItsOwn) return 'asks';
  return scenario.phases.some(breaks) ? 'breaks' : 'loads';
}

/** Node itself has read it by now. Programs of the run's own have other working directories, and next to no environment. */
function trusted({ env, cwd }: Edge): Pick<Session, 'certificates'> {
  const file = env['NODE_EXTRA_CA_CERTS'];
  return file === undefined || file === '' ? {} : { certificates: resolve(cwd, file) };
}

function asked(asking: Asking | undefined, edge: Edge): Pick<Session, 'approve' | 'beforeStep'> {
  if (asking === undefined) return {};
  const approve = approverOf(asking, edge, systemClock);
  return asking.eachStep ? { approve, beforeStep: approve } : { approve };
}

/** Heals what the run breaks, whatever becomes of this process. */
async function startGuardian({ context, loaded, scenario }: Session, edge: Edge): Promise<Guardian> {
  const { spawnGuardian } = await import('@ordeal/shared/undo/spawn-guardian');
  const program = join(import.meta.dirname, '..', 'guardian.main.ts');
  return spawnGuardian({
    argv: [edge.node, program, context.dir, ...healingNeeds(loaded.platform, scenario)],
    env: edge.env,
    runDir: context.dir,
    clock: context.clock,
  });
}

async function attempt(session: Session, plan: Plan, guardian: Guardian | undefined): Promise<RunEnd> {
  try {
    const { journal } = session.context;
    journal.append({ type: 'phase-started', phase: 'preflight', title: 'Preflight', expectedSeconds: 2 });
    const ready = await preflight(session);
    const reasons = ready.outcome === 'ready' ? [] : ready.reasons;
    journal.append({
      type: 'phase-ended',
      phase: 'preflight',
      outcome: ready.outcome === 'ready' ? 'done' : 'failed',
      detail: reasons.join('; '),
    });
    if (ready.outcome === 'refused') return { how: 'refused', reasons };
    if (ready.outcome === 'blind') return { how: 'blind', reasons };
    // Preflight changes nothing. From here on there may be something to heal.
    await Promise.all([guardian?.ready, makeReady(session), lookAtPrometheus(session)]);
    await executePhases(session, plan.phases);
    const refused = session.results.refusals;
    return refused.length === 0 ? { how: 'finished' } : { how: 'finished', refused };
  } catch (error) {
    if (session.context.signal.aborted) return endOfAborted(session.context.signal);
    if (error instanceof LoadNotBegun) return { how: 'blind', reasons: [error.message] };
    return { how: 'broken', reason: describe(error) };
  }
}

/** What heals is there before anything is broken: a disk that is full then, or slow, must not matter. */
async function makeReady({ loaded, scenario }: Session): Promise<void> {
  const needs = healingNeeds(loaded.platform, scenario);
  // What cannot be made ready now is tried again, and told of, when it is needed.
  await Promise.allSettled(needs.map((driver) => healers[driver]?.prepare?.()));
}

/** To be compared with at the end. The smoke gate does without Prometheus. */
async function lookAtPrometheus({ context, anchor, prometheus, scenario, results }: Session): Promise<void> {
  if (onlyAsks(scenario)) return;
  const { clock, signal } = context;
  results.sightBefore = await sightBefore(prometheus, { clock, anchor, signal });
}

/** Everything is healed by now; what is lost when the disk is full is the evidence, and that is said. */
function writeEvidence(dir: string, record: RunRecord): string {
  try {
    return writeRecord(dir, record);
  } catch (error) {
    const reason = reasonOf(error);
    const healed = record.residue.length === 0;
    throw new CommandError(
      `${healed ? 'Everything is healed' : 'Something is left behind (run `ordeal recover`)'}, but the record could not be written to ${dir}: ${reason}. ` +
        `The verdict was ${record.verdict.outcome} (exit code ${record.verdict.exitCode}): ${record.verdict.reasons[0] ?? ''}`,
      healed ? exitCodes.broken : exitCodes.residue,
      [],
      error,
    );
  }
}
