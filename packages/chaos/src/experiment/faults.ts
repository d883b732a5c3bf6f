import type { Target } from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import type { ExperimentFault } from './deps.ts';
import type { Identities } from './effect.ts';
import { ask, type Scope } from './scope.ts';

/** A fault that leaves nothing open any more: its targets are chosen, and known as they were before. */
export interface PlannedFault extends ExperimentFault {
  readonly targets: readonly Target[];
  /** What a kill must change; null for a driver without identities. */
  readonly before: Identities | null;
}

/** A fault whose undo entry is on disk. */
export interface ArmedFault extends PlannedFault {
  readonly undo: UndoEntry;
}

/** What a fault would hit. Rejects when that is nothing, or cannot be told. */
export async function targetsOf(scope: Scope, fault: ExperimentFault): Promise<readonly Target[]> {
  const { driver, config } = fault;
  let targets;
  try {
    targets = await ask(scope, 'Finding the targets', (driving) => driver.targets(config, driving));
  } catch (error) {
    throw new Error(`${of(scope, fault)}its targets cannot be found: ${reasonOf(error)}`, { cause: error });
  }
  if (targets.length === 0) {
    throw new Error(`${of(scope, fault)}the fault has no targets: it would hit nothing`);
  }
  return targets;
}

/**
 * Settles what a fault leaves open, as late as can be: right before it is injected. A random choice goes into the
 * journal.
 */
export async function planFault(scope: Scope, fault: ExperimentFault): Promise<PlannedFault> {
  const { context } = scope;
  const { driver } = fault;
  if (driver.pin === undefined) {
    return {
      ...fault,
      targets: await targetsOf(scope, fault),
      before: await identitiesOf(scope, fault),
    };
  }
  const choice = { run: context.runId, seed: context.seed };
  const config = await ask(
    scope,
    'Choosing the targets',
    async (driving) => driver.pin?.(fault.config, choice, driving) ?? fault.config,
  );
  const pinned = { ...fault, config };
  const targets = await targetsOf(scope, pinned);
  const named = targets.map(({ name, identity }) =>
    identity === undefined ? name : `${name} (${identity})`,
  );
  context.journal.append({
    type: 'note',
    message: `${fault.name}: with seed ${context.seed} it hits ${named.join(', ')}`,
  });
  return { ...pinned, targets, before: await identitiesOf(scope, pinned) };
}

/** The identities that a kill must change; null for a driver without them. Rejects when one cannot be told. */
async function identitiesOf(scope: Scope, fault: ExperimentFault): Promise<Identities | null> {
  const { driver, config } = fault;
  if (driver.identities === undefined || driver.changesIdentities?.(config) === false) return null;
  const seen = await ask(
    scope,
    'Reading identities',
    async (driving) => driver.identities?.(config, driving) ?? {},
  );
  const unknown = Object.entries(seen).filter(([, identity]) => identity === undefined);
  if (Object.keys(seen).length === 0 || unknown.length > 0) {
    const names = unknown.map(([name]) => name).join(', ') || 'the targets';
    throw new Error(
      `${of(scope, fault)}what runs as ${names} cannot be told, so that a kill could not be proven`,
    );
  }
  return seen;
}

/** Begins a sentence about one of several faults with its name. */
export function of({ deps }: Scope, { name }: ExperimentFault): string {
  return deps.faults.length === 1 ? '' : `${name}: `;
}
