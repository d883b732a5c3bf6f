import type { JournalEntry } from '@ordeal/shared/timeline/event';
import type { PlannedPhase } from './state.ts';

/** Shows a run to whoever watches it, from the journal's entries alone. */
export interface Progress {
  /** Hand this every entry as it is written. */
  readonly listener: (entry: JournalEntry) => void;
  /** The phases that are going to come, in order; without them there is no `n of m` and no time left. */
  readonly setPlan: (phases: readonly PlannedPhase[]) => void;
  /** Takes the live view away, so that other text can follow. Later entries are ignored. */
  readonly stop: () => void;
}
