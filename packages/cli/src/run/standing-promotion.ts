import type { Platform } from '@ordeal/shared/platform/platform';
import type { Clock } from '@ordeal/shared/time/clock';
import type { PromotionMark } from '@ordeal/shared/undo/entry';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import type { UndoLedger } from '@ordeal/shared/undo/ledger';
import { listRuns } from './run-directory.ts';
import { readRunFile } from './run-file.ts';
import { runnerState } from './runner-state.ts';
import { isSameStore } from './same-store.ts';

/** A promotion of an earlier run that was cut off before its failback: the old primary is kept fenced for it. */
export interface StandingPromotion {
  readonly run: string;
  readonly mark: PromotionMark;
  /** Whether it is of the very store that was asked for, and not of one of another lab, or with other settings. */
  readonly isSame: boolean;
  /** Called when the old primary has rejoined and nothing needs care any more. */
  resolve(): void;
}

/** Standing promotions of a store, of runs that are over; of those that are out of sight, as the lease on it is ours. */
export function standingPromotions(
  runsDir: string,
  platform: Pick<Platform, 'name' | 'stores'>,
  store: string,
  clock: Clock,
): readonly StandingPromotion[] {
  return standingOn(runsDir, platform, store, clock).filter(({ isSame }) => isSame);
}

/** All of a platform's name, whatever store they are of. */
export function standingOn(
  runsDir: string,
  { name, stores }: Pick<Platform, 'name' | 'stores'>,
  store: string,
  clock: Clock,
): readonly StandingPromotion[] {
  return listRuns(runsDir).flatMap((dir) => {
    const file = readRunFile(dir);
    if (file === undefined || file.platform !== name || runnerState(file) === 'alive') return [];
    const undo = openFileUndoLedger(dir, clock);
    return undo.promotions().map((mark) => ({
      run: file.run,
      mark,
      isSame: isSameStore({ store, stores }, { store: mark.store, stores: file.stores }),
      resolve: () => resolvePromotion(undo, mark.store),
    }));
  });
}

/**
 * Takes the mark of a store away, and before it what it keeps from being healed: without the mark that would be. An
 * entry does not say of which store the old primary is that it would revive: as long as another mark stands, it stays.
 */
export function resolvePromotion(undo: UndoLedger, store: string): void {
  const isLast = undo.promotions().every((mark) => mark.store === store);
  for (const entry of isLast ? undo.open() : []) {
    if (entry.revives === 'old-primary') undo.settle(entry.id, 'recover');
  }
  undo.clearPromotion(store);
}
