import { reasonOf } from '@ordeal/shared/reason-of';

/** Ability of a route driver: it cannot lead to every choice of its regions, and tells beforehand to which it cannot. */
export interface RouteReach {
  /** Why it leads to exactly these regions at no time, and what to do; undefined when it can. Asks nobody. */
  whyNever(regions: readonly string[]): string | undefined;
}

/** Why a check that throws does so, for `whyNever`. */
export function whyThrown(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
