import type { Diagnostic } from '@ordeal/shared/platform/diagnostics';
import type { Plan } from '@ordeal/shared/scenario/plan';

/** The plan at the short pace, saying of what it could never decide that the full pace could, where that is so. */
export function hintAtFullPace(plan: Plan, full: Pick<Plan, 'undecidable'>): Plan {
  const stands = (one: Diagnostic): boolean =>
    full.undecidable.some(({ path, expected }) => path === one.path && expected === one.expected);
  return {
    ...plan,
    undecidable: plan.undecidable.map((one) =>
      stands(one) ? one : { ...one, hint: `run it at --pace full, which is long enough; or ${one.hint}` },
    ),
  };
}
