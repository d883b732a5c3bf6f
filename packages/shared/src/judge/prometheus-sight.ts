import type { Bounds } from '../time/interval.ts';

/** How well Prometheus itself could see while a run went on. Data: part of the observations. */
export interface PrometheusSight {
  /** Its wall clock minus the runner's, milliseconds; null when it did not tell. */
  readonly clockOffsetMs: Bounds | null;
  /**
   * The same by the stamps of the newest scrapes, which is good to one scrape interval: a scrape cannot lie in the
   * future, and the newest is no older than one interval. Null when there is none.
   */
  readonly stampOffsetMs?: Bounds | null;
  /** When its process started, wall-clock milliseconds, as it told at the run's start and at its end. */
  readonly startedAt: { readonly before: number | null; readonly after: number | null };
  /** Where it was started anew during the run: whether it still has what it had scraped before; null: not known. */
  readonly kept?: boolean | null;
  /** Scrapes of the watched targets that failed or never came, within the judged windows. */
  readonly gaps: readonly { readonly target: string; readonly longestMs: number; readonly failed: number }[];
  /** Targets that were scraped before and are gone. */
  readonly gone: readonly string[];
  readonly version: string | null;
  /** As the settings state it. */
  readonly scrapeIntervalMs?: number;
  /** Sentences: what could not be found out of it. What is named here is not known to be well. */
  readonly unread?: { readonly scrapes?: string; readonly start?: string; readonly clock?: string };
}
