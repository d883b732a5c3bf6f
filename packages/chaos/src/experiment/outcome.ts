import type { Target } from '@ordeal/shared/drivers/fault';
import type { ExperimentFaultRecord, ExperimentRecord } from '@ordeal/shared/record/record';
import type { Broken } from './break.ts';
import type { ExperimentFault } from './deps.ts';
import { of } from './faults.ts';
import { isoOf, reasonFor, type Scope } from './scope.ts';

type Injected = Extract<Broken, { readonly injected: true }>;

const NOTHING = 'nothing: the fault was not injected';

/** The record of a fault that is not in. */
export function plannedRecord({ name }: ExperimentFault, targets: readonly Target[]): ExperimentFaultRecord {
  return { fault: name, targets, injectedAt: null, healedAt: null, effective: null, witness: NOTHING };
}

/** What a record says when nothing was injected. `cut`: why the run injects nothing more. */
export function notInjected(scope: Scope, reason: string, cut?: string) {
  const aborted = scope.context.signal.aborted ? reasonFor(scope, reason) : cut;
  return {
    injectedAt: null,
    healedAt: null,
    notInjected: reason,
    effective: null,
    witness: NOTHING,
    recoverySeconds: null,
    ...(aborted === undefined ? {} : { aborted }),
  } as const;
}

/**
 * What a record says of the faults that were in: of each, and of all together. They were effective when every one
 * of them was; one that was not injected any more is not counted.
 */
export function brokenRecord(
  scope: Scope,
  { during, faults }: Injected,
): {
  readonly together: Pick<ExperimentRecord, 'injectedAt' | 'effective' | 'witness' | 'notReplaced'>;
  readonly each: readonly ExperimentFaultRecord[];
} {
  const iso = (instant: number | undefined): string | null =>
    instant === undefined ? null : isoOf(scope, instant);
  const each = faults.map(({ fault, injectedAt, healedAt, effect }): ExperimentFaultRecord => ({
    fault: fault.name,
    targets: fault.targets,
    injectedAt: iso(injectedAt),
    healedAt: iso(healedAt),
    effective: effect?.effective ?? null,
    witness: effect?.witness ?? NOTHING,
  }));
  const notReplaced = faults.flatMap(({ fault, notReplaced: why }) =>
    why === undefined ? [] : [`${of(scope, fault)}${why}`],
  );
  const effects = faults.flatMap(({ fault, effect }) => (effect === undefined ? [] : [{ fault, effect }]));
  return {
    each,
    together: {
      injectedAt: isoOf(scope, during.from),
      effective: effects.every(({ effect }) => effect.effective),
      witness: effects.map(({ fault, effect }) => `${of(scope, fault)}${effect.witness}`).join('; '),
      ...(notReplaced.length === 0 ? {} : { notReplaced: notReplaced.join('; ') }),
    },
  };
}

/** The way of an abort, if there was one. */
export function abortRecord(
  scope: Scope,
  { abort, healedAt, during }: Injected,
): Pick<ExperimentRecord, 'abort'> {
  if (abort === undefined) return {};
  return {
    abort: {
      conditionAt: isoOf(scope, abort.since),
      seenAt: isoOf(scope, during.to),
      secondsToHealed: healedAt === undefined ? null : Math.max(0, healedAt - abort.since) / 1000,
    },
  };
}
