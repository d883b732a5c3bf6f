import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { ExperimentRecord, WindowRecord } from '@ordeal/shared/record/record';
import type { ExperimentPhase } from '@ordeal/shared/scenario/scenario';
import { breakAndHeal } from './break.ts';
import type { ExperimentDeps } from './deps.ts';
import type { Identities } from './effect.ts';
import { observeRecovery } from './recovery.ts';
import { ask, closeWindow, isoOf, reasonFor, sentence, type Scope } from './scope.ts';
import { observeSteady } from './steady-window.ts';

export interface ExperimentOutcome {
  readonly record: ExperimentRecord;
  readonly windows: readonly WindowRecord[];
  /** What was found before the fault, and decided whether it may be injected. */
  readonly steadyFindings: readonly Finding[];
}

/**
 * One experiment under the running workload: steady → inject → hold → heal → recovery.
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
  const windows: WindowRecord[] = [];
  let steadyFindings: readonly Finding[] = [];
  let targets: readonly string[] = [];
  const end = (record: Omit<ExperimentRecord, 'name' | 'fault' | 'targets'>): ExperimentOutcome => ({
    record: { name: phase.name, fault: phase.fault, targets, ...record },
    windows,
    steadyFindings,
  });

  try {
    targets = await findTargets(scope);
    const steady = await observeSteady(scope);
    steadyFindings = steady.findings;
    windows.push(closeWindow(scope, 'steady', steady.span));
    if (steady.refusal !== undefined) return end(notInjected(scope, steady.refusal));
    const before = await identitiesOf(scope);
    context.signal.throwIfAborted();

    const broken = await breakAndHeal(scope, steady.span, before);
    if (!broken.injected) return end(notInjected(scope, broken.reason));
    const { during, healedAt, effect } = broken;
    windows.push(closeWindow(scope, 'during', during));
    const injected = {
      injectedAt: isoOf(scope, during.from),
      effective: effect.effective,
      witness: effect.witness,
    };
    if (healedAt === undefined) {
      const aborted = broken.aborted ?? 'the fault could not be healed';
      return end({ ...injected, healedAt: null, recoverySeconds: null, aborted });
    }
    const recovery = await observeRecovery(scope, during, healedAt);
    windows.push(closeWindow(scope, 'recovery', recovery.window));
    const aborted = broken.aborted ?? recovery.aborted;
    return end({
      ...injected,
      healedAt: isoOf(scope, healedAt),
      recoverySeconds: recovery.seconds,
      ...(aborted === undefined ? {} : { aborted }),
    });
  } catch (error) {
    return end(notInjected(scope, reasonFor(scope, error)));
  }
}

function notInjected(scope: Scope, reason: string): Omit<ExperimentRecord, 'name' | 'fault' | 'targets'> {
  return {
    injectedAt: null,
    healedAt: null,
    notInjected: reason,
    effective: null,
    witness: 'nothing: the fault was not injected',
    recoverySeconds: null,
    ...(scope.context.signal.aborted ? { aborted: reasonFor(scope, reason) } : {}),
  };
}

async function findTargets(scope: Scope): Promise<readonly string[]> {
  const { driver, config } = scope.deps;
  let targets;
  try {
    targets = await ask(scope, 'Finding the targets', (driving) => driver.targets(config, driving));
  } catch (error) {
    throw new Error(`its targets cannot be found: ${sentence(error)}`, { cause: error });
  }
  if (targets.length === 0) throw new Error('the fault has no targets: it would hit nothing');
  return targets.map(({ name }) => name);
}

/** The identities that a kill must change; null for a driver without them. Rejects when one cannot be told. */
async function identitiesOf(scope: Scope): Promise<Identities | null> {
  const { driver, config } = scope.deps;
  if (driver.identities === undefined) return null;
  const seen = await ask(
    scope,
    'Reading identities',
    async (driving) => driver.identities?.(config, driving) ?? {},
  );
  const unknown = Object.entries(seen).filter(([, identity]) => identity === undefined);
  if (Object.keys(seen).length === 0 || unknown.length > 0) {
    const names = unknown.map(([name]) => name).join(', ') || 'the targets';
    throw new Error(`what runs as ${names} cannot be told, so that a kill could not be proven`);
  }
  return seen;
}
