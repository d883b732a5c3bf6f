import type { UndoLedger } from '../undo/ledger.ts';
import type { DriverContext } from './fault.ts';

/** What one node of a store says of itself. */
export type StoreNode =
  | {
      readonly name: string;
      readonly reachable: true;
      readonly role: 'primary' | 'standby';
      /** PostgreSQL: the timeline. Grows with each promotion. */
      readonly timeline: number;
      /** Log position in bytes, so that two can be subtracted. */
      readonly position: number;
      /** For a standby: seconds behind by its own account; undefined when it does not replicate. */
      readonly lagSeconds?: number;
      readonly detail: Readonly<Record<string, string>>;
    }
  | { readonly name: string; readonly reachable: false; readonly reason: string };

export interface StoreStatus {
  readonly nodes: readonly StoreNode[];
  /** Durability settings that decide what can be lost, for the record. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Moves the primary of a store. Nodes are named as in the platform file.
 * Each method is idempotent, and rejects with a sentence that says what to do.
 */
export interface StoreDriver {
  readonly kind: string;
  /**
   * What all nodes say. A store that can only see how far behind a standby is by waiting until it has caught up waits
   * for `lagUpTo` seconds at most (default 1); one that takes longer is Infinity behind.
   */
  status(context: DriverContext, lagUpTo?: number): Promise<StoreStatus>;
  /** Resolves when the node accepts writes on a new timeline. */
  promote(node: string, context: DriverContext): Promise<void>;
  /** Makes sure that the node cannot accept writes, now and after any restart, until it is rejoined. */
  fence(node: string, context: DriverContext): Promise<void>;
  /**
   * Planned: stops the primary cleanly in favour of `heir`, a standby that follows it. Resolves when the node takes no
   * writes and the heir has everything; a store whose nodes hand over by themselves has promoted it by then. Rejects,
   * and leaves the primary as it is, when the heir does not follow it. One that is aborted is given up where that can
   * still be done.
   */
  demote(node: string, heir: string, context: DriverContext): Promise<void>;
  /**
   * Makes a fenced node a standby of `primary`. Resolves when it streams. What it makes for that, and would outlive a
   * runner that dies meanwhile, is written into `ledger` before it is made.
   */
  rejoin(
    node: string,
    primary: string,
    context: DriverContext,
    ledger?: Pick<UndoLedger, 'push' | 'settle'>,
  ): Promise<void>;
}
