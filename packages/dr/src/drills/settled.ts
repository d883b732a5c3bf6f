import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { StoreDriver, StoreStatus } from '@ordeal/shared/drivers/store';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { ChangingRoles } from '../drivers/changing-roles.ts';

/** A change that is under way, and a node that is started anew by it, are waited for so long, and no longer. */
const SETTLED_WITHIN_MS = 60_000;
const EVERY_MS = 500;
/** Looks that agree for less than that prove nothing, however soon changes are begun. */
const LEAST_MS = 2000;

/**
 * What a store's nodes are behind a move between two of them that was broken off. Where somebody else moves the primary one
 * look may be one into the middle of that: looks have to agree, and nothing may be under way, for as long as it takes to
 * begin what was asked for. Rejects when that does not come within a minute.
 */
export async function settledStatus(
  store: StoreDriver & Partial<ChangingRoles>,
  moved: readonly [string, string],
  context: DriverContext,
): Promise<StoreStatus> {
  const { underWay, begunWithinSeconds } = store;
  if (underWay === undefined || begunWithinSeconds === undefined) return await store.status(context);
  const { clock, signal } = context;
  const deadline = clock.now() + SETTLED_WITHIN_MS;
  let agreed: { readonly status: StoreStatus; readonly since: number } | undefined;
  let why = '';
  for (;;) {
    const at = clock.now();
    const late = at > deadline;
    try {
      const status = await store.status(context);
      // Behind it: a change that begins in between shows here, and a later one in the next look.
      const changes = await underWay(context);
      const neededMs = Math.max(LEAST_MS, (await begunWithinSeconds(context)) * 1000);
      if (changes !== undefined) [agreed, why] = [undefined, changes];
      else if (agreed === undefined || rolesOf(agreed.status) !== rolesOf(status)) {
        [agreed, why] = [{ status, since: at }, `it has just become ${rolesOf(status)}`];
      } else if (at - agreed.since >= neededMs && (late || answer(status, moved))) return status;
    } catch (error) {
      signal.throwIfAborted();
      [agreed, why] = [undefined, reasonOf(error)];
    }
    if (late) {
      throw new Error(
        `how the store stands is not known, as it did not settle within ${SETTLED_WITHIN_MS / 1000} s (${why})`,
      );
    }
    await clock.sleep(EVERY_MS, signal);
  }
}

function answer({ nodes }: StoreStatus, names: readonly string[]): boolean {
  return names.every((name) => nodes.some((node) => node.name === name && node.reachable));
}

function rolesOf({ nodes }: StoreStatus): string {
  return nodes.map((node) => `${node.name} ${node.reachable ? node.role : 'silent'}`).join(', ');
}
