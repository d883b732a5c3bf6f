import type { PromotionMark, UndoEntry } from './entry.ts';

/** The run's open undo entries, on disk. Every method has synced the disk when it returns. */
export interface UndoLedger {
  /** Writes an entry. Must return before the fault is injected. */
  push(entry: Omit<UndoEntry, 'id' | 'sequence' | 'createdAt'>): UndoEntry;
  /** Marks an entry as healed, after its driver has seen that nothing is left. */
  settle(id: string, by: 'run' | 'guardian' | 'recover'): void;
  /** Entries that are not settled, highest sequence first. */
  open(): readonly UndoEntry[];
  /** Writes or rewrites the point of no return of a drill of this store. The first call must return before promotion is asked for. */
  markPromotion(mark: PromotionMark): void;
  /** Called once the drill has come to a state in which this store needs no more care. */
  clearPromotion(store: string): void;
  /** The mark of a store; without a name, the first of those that stand. */
  promotion(store?: string): PromotionMark | undefined;
  /** All marks that stand: one of each store at most. */
  promotions(): readonly PromotionMark[];
  /**
   * Asked before something is broken whose entry was written earlier: throws when nobody would heal it any more if
   * this process died. Absent: nobody watches over this ledger.
   */
  mustBeWatched?(): void;
}

/**
 * Optional ability of a ledger that several processes use: keeps a promotion and the revival of the old
 * primary by somebody else than the run apart, so that only one of them can begin.
 */
export interface RevivalGuard {
  /**
   * Asked before an entry that revives the old primary is healed by another process than the run. False: a
   * promotion mark stands, and nothing may be revived. After true, `markPromotion` throws.
   */
  beginRevival(id: string): boolean;
}
