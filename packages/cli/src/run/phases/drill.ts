import { dirname } from 'node:path';
import { runDrill } from '@ordeal/dr/drills/run-drill';
import { startObservers } from '@ordeal/dr/observers/start-observers';
import { collectSecondWitness } from '@ordeal/shared/judge/second-witness';
import { steadyStateOf } from '@ordeal/shared/judge/steady';
import { reasonOf } from '@ordeal/shared/reason-of';
import { isShaped } from '@ordeal/shared/scenario/load-windows';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { standingPromotions, type StandingPromotion } from '../standing-promotion.ts';
import { assign, type PhaseOutcome, type Session } from '../session.ts';

/** One recovery drill. A platform that is not steady is not drilled. */
export async function drillPhase(phase: DrillPhase, session: Session): Promise<PhaseOutcome> {
  const { loaded, context, results, anchor } = session;
  const unsteady = whyUnsteady(phase, session);
  if (unsteady !== undefined) {
    assign(session, phase.name, phase.objectives);
    return { next: 'stop', detail: `not started: ${unsteady}` };
  }
  const route = loaded.drivers.route(phase.route);
  const store = loaded.drivers.store(phase.store);
  const faultName = phase.drill.kind === 'failover' ? phase.drill.lose : phase.drill.restore;
  const tenant = loaded.platform.tenants[0]?.id ?? '';
  const outcome = await runDrill(
    phase,
    {
      fault: loaded.drivers.fault(faultName),
      store: store.driver,
      nodeOf: store.nodeOf,
      route,
      regions: loaded.platform.regions,
      anchor,
      startObservers: () =>
        startObservers(
          {
            name: phase.name,
            entry: loaded.platform.entry,
            headers: {
              ...loaded.platform.headers,
              [loaded.platform.tenantHeader]: tenant,
              'x-ordeal-run': context.runId,
            },
            tenant,
            collection: `${context.runId}-${phase.name}`,
            probes: loaded.platform.probes,
            probeEveryMs: phase.probeEvery * 1000,
            probeTimeoutMs: phase.probeTimeout * 1000,
            ledger: loaded.platform.ledger,
            ledgerRate: phase.ledgerRate,
            node: session.programs.node,
            anchor,
          },
          context,
        ),
      secondWitness: (span) =>
        collectSecondWitness(session.prometheus, loaded.platform, span, anchor, phase.probeTimeout * 1000),
    },
    context,
  );
  results.windows.push(...outcome.windows);
  if (outcome.observersBroke !== undefined)
    results.observerProblems.push({ window: phase.name, reason: outcome.observersBroke });
  await readEarlierLedgersAgain(session);
  results.drills.push({
    record: outcome.record,
    reread: () => outcome.reread(),
    dispose: () => outcome.dispose(),
  });
  assign(session, phase.name, phase.objectives);
  if (phase.drill.kind === 'failback' && outcome.record.failed === undefined) {
    for (const earlier of standing(session)) earlier.resolve();
  }
  if (outcome.record.failed !== undefined) return { next: 'stop', detail: outcome.record.failed };
  const { low, high } = outcome.record.rto;
  const { lost, acknowledged } = outcome.record.rpo;
  return {
    next: 'continue',
    detail: `RTO ${low.toFixed(2)}–${high === null ? '∞' : high.toFixed(2)} s, ${lost} of ${acknowledged} acknowledged writes lost`,
  };
}

// A write can come back, or vanish, only once the old primary has rejoined: each ledger is read again then.
async function readEarlierLedgersAgain(session: Session): Promise<void> {
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

/** Promotions of earlier runs that a failback of this one resolves. */
function standing({ context, loaded }: Session): readonly StandingPromotion[] {
  return standingPromotions(dirname(context.dir), loaded.platform.name, context.clock);
}

function whyUnsteady(phase: DrillPhase, session: Session): string | undefined {
  const { results, loaded, context } = session;
  if (phase.drill.kind === 'failback') {
    const before = results.drills.at(-1);
    if (before === undefined && standing(session).length > 0) return undefined;
    if (before === undefined) return 'there was no failover to come back from';
    return before.record.failed === undefined
      ? undefined
      : `the failover before it failed: ${before.record.failed}`;
  }
  if (results.workload === null) return undefined;
  if (results.generatorBroke !== null) return `the generator ended: ${results.generatorBroke}`;
  const must = Object.entries(loaded.platform.objectives).filter(
    ([name, objective]) =>
      objective.signal.from === 'client' && steadyNames(session).has(name) && objective.severity !== 'should',
  );
  const now = context.clock.now();
  const intervals = results.workload.stream.between(now - 5000, now);
  const finding = steadyStateOf(Object.fromEntries(must))
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
