import type { PromotionMark, UndoEntry } from './entry.ts';

/** The run's open undo entries, on disk. Every method has synced the disk when it returns. */
export interface UndoLedger {
  /** Writes an entry. Must return before the fault is injected. */
  push(entry: Omit<UndoEntry, 'id' | 'sequence' | 'createdAt'>): UndoEntry;
  /** Marks an entry as healed, after its driver has seen that nothing is left. */
  settle(id: string, by: 'run' | 'guardian' | 'recover'): void;
  /** Entries that are not settled, highest sequence first. */
  open(): readonly UndoEntry[];
  /** Writes or rewrites the drill's point of no return. The first call must return before promotion is asked for. */
  markPromotion(mark: PromotionMark): void;
  /** Called once the drill has come to a state that needs no more care. */
  clearPromotion(): void;
  promotion(): PromotionMark | undefined;
}
