import type { Clock } from '@ordeal/shared/time/clock';
import type { PromotionMark } from '@ordeal/shared/undo/entry';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import type { UndoLedger } from '@ordeal/shared/undo/ledger';
import { listRuns } from './run-directory.ts';
import { readRunFile } from './run-file.ts';
import { runnerState } from './runner-state.ts';

/** A promotion of an earlier run that was cut off before its failback: the old primary is kept fenced for it. */
export interface StandingPromotion {
  readonly run: string;
  readonly mark: PromotionMark;
  /** Called when the old primary has rejoined and nothing needs care any more. */
  resolve(): void;
}

/** Standing promotions of a platform, of runs that are over; of those that are out of sight, as the lease on it is ours. */
export function standingPromotions(
  runsDir: string,
  platform: string,
  clock: Clock,
): readonly StandingPromotion[] {
  return listRuns(runsDir).flatMap((dir) => {
    const file = readRunFile(dir);
    if (file === undefined || file.platform !== platform || runnerState(file) === 'alive') return [];
    const undo = openFileUndoLedger(dir, clock);
    const mark = undo.promotion();
    if (mark === undefined) return [];
    return [{ run: file.run, mark, resolve: () => resolvePromotion(undo) }];
  });
}

/** Takes the mark away, and before it what it keeps from being healed: without the mark that would be. */
export function resolvePromotion(undo: UndoLedger): void {
  for (const entry of undo.open()) if (entry.revives === 'old-primary') undo.settle(entry.id, 'recover');
  undo.clearPromotion();
}
