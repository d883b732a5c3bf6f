import type { Clock } from '../time/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { UndoLedger } from '../undo/ledger.ts';

/** What a suite is given for one run. */
export interface RunContext {
  readonly runId: string;
  /** The run's own directory; suites may put evidence into it. */
  readonly dir: string;
  readonly seed: number;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly undo: UndoLedger;
  /** Aborted by an interruption, an abort condition, or the run's deadline. Healing never waits on it. */
  readonly signal: AbortSignal;
}
