import type { DriverContext } from '../drivers/fault.ts';
import type { UndoEntry } from './entry.ts';

/**
 * Undoes one kind of thing from its entry alone. Idempotent. Resolves once the target itself shows that nothing
 * is left, and rejects otherwise. Every fault driver is one.
 */
export interface Healer {
  heal(entry: UndoEntry, context: DriverContext): Promise<void>;
  /** Loads what healing needs, where that takes long: a guardian has it done before anything is injected. */
  prepare?(): Promise<void>;
}

/** Healers by the `driver` of their entries. */
export type Healers = Readonly<Record<string, Healer>>;
