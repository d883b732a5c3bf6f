import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { Target } from '@ordeal/shared/drivers/fault';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { ExperimentRecord, WindowRecord } from '@ordeal/shared/record/record';
import type { ExperimentPhase } from '@ordeal/shared/scenario/scenario';
import { breakAndHeal } from './break.ts';
import type { ExperimentDeps } from './deps.ts';
import { planFault, targetsOf, type PlannedFault } from './faults.ts';
import { watchGauges, type GaugeWatch } from './gauges.ts';
import { abortRecord, brokenRecord, notInjected, plannedRecord } from './outcome.ts';
import { reachOf } from './reach.ts';
import { observeRecovery } from './recovery.ts';
import { closeWindow, isoOf, reasonFor, type Scope } from './scope.ts';
import { observeSteady } from './steady-window.ts';
import { refusedUnattended } from './unattended.ts';

export interface ExperimentOutcome {
  readonly record: ExperimentRecord;
  readonly windows: readonly WindowRecord[];
  /** What was found before the fault, and decided whether it may be injected. */
  readonly steadyFindings: readonly Finding[];
}

/**
 * One experiment under the running workload: steady → inject → hold → heal → recovery, with one fault or several.
 *
 * What the platform or a driver does wrong is in the record, and never a rejection. An interruption (the run's
 * signal) heals first, with a deadline of its own, and is in the record as `aborted`; when the fault is not in
 * yet, as `notInjected` too.
 */
export async function runExperiment(
  phase: ExperimentPhase,
  deps: ExperimentDeps,
  context: RunContext,
): Promise<ExperimentOutcome> {
  const scope: Scope = { phase, deps, context };
  const { faults } = deps;
  const windows: WindowRecord[] = [];
  let steadyFindings: readonly Finding[] = [];
  let planned = faults.map((fault) => plannedRecord(fault, []));
  const end = (
    record: Omit<ExperimentRecord, 'name' | 'fault' | 'targets' | 'faults' | 'seed'>,
    each: ExperimentRecord['faults'] = planned,
  ): ExperimentOutcome => ({
    record: {
      name: phase.name,
      fault: faults.map(({ name }) => name).join(' + '),
      targets: (each ?? []).flatMap(({ targets }) => targets.map(({ name }) => name)),
      ...record,
      faults: each ?? [],
      seed: context.seed,
    },
    windows,
    steadyFindings,
  });

  let gauges: GaugeWatch | undefined;
  try {
    throwIfRefused(deps);
    const found = await Promise.all(faults.map((fault) => targetsOf(scope, fault)));
    planned = faults.map((fault, index) => plannedRecord(fault, found[index] ?? []));
    gauges = watchGauges(scope, faults);
    const steady = await observeSteady(scope);
    steadyFindings = steady.findings;
    windows.push(closeWindow(scope, 'steady', steady.span));
    if (steady.refusal !== undefined) return end(notInjected(scope, steady.refusal));
    const ready = await Promise.all(faults.map((fault) => planFault(scope, fault)));
    planned = ready.map((fault) => plannedRecord(fault, fault.targets));
    throwIfTooMuch(scope, ready, found);
    context.signal.throwIfAborted();

    const broken = await breakAndHeal(scope, steady.span, ready, gauges);
    if (!broken.injected) return end(notInjected(scope, broken.reason, broken.aborted));
    const { during, healedAt } = broken;
    windows.push(closeWindow(scope, 'during', during));
    const { together, each } = brokenRecord(scope, broken);
    if (healedAt === undefined) {
      const aborted = broken.abort?.reason ?? 'the fault could not be healed';
      const abort = abortRecord(scope, broken);
      return end({ ...together, healedAt: null, recoverySeconds: null, aborted, ...abort }, each);
    }
    const recovery = await observeRecovery(scope, during, healedAt, {
      faults,
      gauges,
      steady: steady.span,
    });
    windows.push(closeWindow(scope, 'recovery', recovery.window));
    // Behind the steady window without a gap: what injecting costs falls between the two others.
    if (phase.objectives.whole !== undefined)
      windows.push(closeWindow(scope, 'whole', { from: steady.span.to, to: recovery.window.to }));
    const aborted = broken.abort?.reason ?? recovery.aborted;
    return end(
      {
        ...together,
        healedAt: isoOf(scope, healedAt),
        recoverySeconds: recovery.seconds,
        ...(recovery.witnessesBack === undefined ? {} : { witnessesBack: recovery.witnessesBack }),
        ...(aborted === undefined ? {} : { aborted }),
        ...abortRecord(scope, broken),
      },
      each,
    );
  } catch (error) {
    return end(notInjected(scope, reasonFor(scope, error)));
  } finally {
    gauges?.stop();
  }
}

function throwIfTooMuch(
  { deps }: Scope,
  ready: readonly PlannedFault[],
  found: readonly (readonly Target[])[],
): void {
  const faults = ready.map((fault, index) => {
    // What was chosen is a part of what was found before.
    const { population } = reachOf(
      fault,
      (found[index] ?? []).map(({ name }) => name),
    );
    const targets = fault.targets.map(({ name }) => name);
    return { fault: fault.name, reach: { targets, hits: targets.length, population } };
  });
  const refusals = deps.refuseReach?.(faults) ?? [];
  if (refusals.length > 0) throw new Error(`refused: it ${refusals.join('; it ')}`);
}

function throwIfRefused({ environment, faults }: ExperimentDeps): void {
  if (environment === undefined) return;
  const refusals = faults.flatMap((fault) => refusedUnattended(environment, fault) ?? []);
  if (refusals.length > 0) throw new Error(refusals.join(' '));
}
