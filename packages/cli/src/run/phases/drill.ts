import { dirname } from 'node:path';
import { runDrill } from '@ordeal/dr/drills/run-drill';
import { steadyStateOf } from '@ordeal/shared/judge/steady';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { WindowRecord } from '@ordeal/shared/record/record';
import { isShaped } from '@ordeal/shared/scenario/load-windows';
import { isReturn } from '@ordeal/shared/scenario/drill-parts';
import { wholeDrill } from '@ordeal/shared/scenario/drill-windows';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { Bounds } from '@ordeal/shared/time/interval';
import { assignDrill, isJudgedMeanwhile } from './drill-assign.ts';
import { drillDeps } from './drill-deps.ts';
import { steadyBeforeDrill } from './steady-before-drill.ts';
import { standingOn, standingPromotions } from '../standing-promotion.ts';
import { windowOf, type PhaseOutcome, type Session } from '../session.ts';

/** One recovery drill. A platform that is not steady is not drilled. */
export async function drillPhase(phase: DrillPhase, session: Session): Promise<PhaseOutcome> {
  const { context, results } = session;
  const nothing = nothingToReturnFrom(phase, session);
  if (nothing !== undefined) {
    assignDrill(phase, session);
    results.refusals.push(`${phase.name}: ${nothing}`);
    return { next: 'stop', detail: `refused: ${nothing}` };
  }
  const unsteady = await whyUnsteady(phase, session);
  if (unsteady !== undefined) {
    assignDrill(phase, session);
    return { next: 'stop', detail: `not started: ${unsteady}` };
  }
  const outcome = await runDrill(phase, drillDeps(phase, session), context);
  if (outcome.refused.length > 0) {
    assignDrill(phase, session);
    await outcome.dispose();
    results.refusals.push(...outcome.refused.map((reason) => `${phase.name}: ${reason}`));
    return { next: 'stop', detail: `refused: ${outcome.refused.join('; ')}` };
  }
  results.windows.push(...outcome.windows, ...wholeWindow(phase, outcome.fault, session));
  if (outcome.observersBroke !== undefined)
    results.observerProblems.push({ window: phase.name, reason: outcome.observersBroke });
  await readEarlierLedgersAgain(session);
  results.drills.push({
    record: outcome.record,
    fault: outcome.fault,
    reread: () => outcome.reread(),
    dispose: () => outcome.dispose(),
  });
  assignDrill(phase, session);
  // Where the way back was gone, and not merely where nothing was found wrong: nobody may have been able to look.
  if (isReturn(phase.drill) && outcome.settled) {
    const { platform } = session.loaded;
    for (const earlier of standingPromotions(dirname(context.dir), platform, phase.store, context.clock)) {
      earlier.resolve();
    }
  }
  if (outcome.record.failed !== undefined) return { next: 'stop', detail: outcome.record.failed };
  const { low, high } = outcome.record.rto;
  const { lost, acknowledged } = outcome.record.rpo;
  return {
    next: 'continue',
    detail: `RTO ${low.toFixed(2)}–${high === null ? '∞' : high.toFixed(2)} s, ${lost} of ${acknowledged} acknowledged writes lost`,
  };
}

/** From the fault to now, where alerts or checks of journeys are judged. A region that was lost stays away for longer than the drill. */
function wholeWindow(phase: DrillPhase, fault: Bounds | null, session: Session): readonly WindowRecord[] {
  if (fault === null || !phase.objectives.some((name) => isJudgedMeanwhile(name, session))) return [];
  const { anchor, context } = session;
  const whole = windowOf(anchor, wholeDrill(phase), phase.name, fault.low, context.clock.now());
  context.journal.append({ type: 'window-closed', window: whole });
  return [whole];
}

// A write can come back, or vanish, only once the old primary has rejoined: each ledger is read again then. Once the
// run is being ended nothing is: a platform that does not answer would keep it from healing what is broken.
async function readEarlierLedgersAgain(session: Session): Promise<void> {
  if (session.context.signal.aborted) return;
  for (const drill of session.results.drills) {
    try {
      drill.record = { ...drill.record, rpo: await drill.reread() };
    } catch (error) {
      session.results.observerProblems.push({
        window: drill.record.name,
        reason: `the ledger could not be read again: ${reasonOf(error)}`,
      });
    }
  }
}

/** How long a platform may take to be steady after whatever was before. */
const STEADY_WITHIN_MS = 20_000;

async function whyUnsteady(phase: DrillPhase, session: Session): Promise<string | undefined> {
  const { clock, signal } = session.context;
  if (phase.drill.kind === 'failback') return whyNoFailback(phase, session);
  const deadline = clock.now() + STEADY_WITHIN_MS;
  for (;;) {
    const why = unsteadyNow(phase, session);
    if (why === undefined || clock.now() > deadline) return why;
    await clock.sleep(500, signal);
  }
}

/** Why a failback has nothing to come back from, neither in this run nor in an earlier one. */
function nothingToReturnFrom(phase: DrillPhase, session: Session): string | undefined {
  if (phase.drill.kind !== 'failback') return undefined;
  const { context, loaded } = session;
  if (failoverBefore(phase, session) !== undefined) return undefined;
  const standing = standingOn(dirname(context.dir), loaded.platform, phase.store, context.clock);
  if (standing.some(({ isSame }) => isSame)) return undefined;
  const others = standing.map(({ run, mark }) => `that of store ${mark.store} in run ${run}`);
  return (
    `there was no failover of store ${phase.store} to come back from: drill one first (\`ordeal drill failover\` ` +
    'brings its failback along), or drill a switchover, if the primary was moved by somebody else' +
    (others.length === 0
      ? ''
      : `. Not resolved, and of another store, another lab, or a store whose settings were changed since: ${others.join(', ')} (\`ordeal recover\`)`)
  );
}

function whyNoFailback(phase: DrillPhase, session: Session): string | undefined {
  const before = failoverBefore(phase, session)?.record;
  if (before?.failed !== undefined) return `the failover before it failed: ${before.failed}`;
  // Its observers broke, which says nothing of the platform.
  const promote = before?.steps.find(({ name }) => name === 'promote');
  if (promote === undefined || promote.outcome === 'done') return undefined;
  return `the failover before it promoted nothing: ${promote.detail}`;
}

function failoverBefore(
  { store }: DrillPhase,
  { results, scenario }: Session,
): Session['results']['drills'][number] | undefined {
  const isOfStore = (name: string): boolean =>
    scenario.phases.some((one) => one.phase === 'drill' && one.name === name && one.store === store);
  return results.drills.findLast(({ record }) => record.kind === 'failover' && isOfStore(record.name));
}

function unsteadyNow(phase: DrillPhase, session: Session): string | undefined {
  const { results, loaded, context } = session;
  if (results.workload === null) return undefined;
  if (results.generatorBroke !== null) return `the generator ended: ${results.generatorBroke}`;
  const must = steadyBeforeDrill(loaded.platform.objectives, steadyNames(session));
  // Where no load is judged, the drill's own probes say whether clients are well.
  if (Object.keys(must).length === 0) return undefined;
  const now = context.clock.now();
  const intervals = results.workload.stream.between(now - 5000, now);
  const finding = steadyStateOf(must)
    .judge(phase.name, intervals)
    .find((one) => one.outcome !== 'pass');
  return finding === undefined
    ? undefined
    : `not steady before it: ${finding.objective}: ${finding.explanation ?? finding.outcome}`;
}

/** The steady objectives of this scenario's experiments and load phases. */
function steadyNames(session: Session): ReadonlySet<string> {
  return new Set(
    session.scenario.phases.flatMap((phase) =>
      phase.phase === 'experiment'
        ? phase.objectives.steady
        : phase.phase === 'load' && !isShaped(phase)
          ? phase.objectives
          : [],
    ),
  );
}
