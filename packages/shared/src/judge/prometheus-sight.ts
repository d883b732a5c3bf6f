import type { Bounds } from '../time/interval.ts';

/** How well Prometheus itself could see while a run went on. Data: part of the observations. */
export interface PrometheusSight {
  /** Its wall clock minus the runner's, milliseconds; null when it did not tell. */
  readonly clockOffsetMs: Bounds | null;
  /** When its process started, wall-clock milliseconds, as it told at the run's start and at its end. */
  readonly startedAt: { readonly before: number | null; readonly after: number | null };
  /** Scrapes of the watched targets that failed or never came, within the judged windows. */
  readonly gaps: readonly { readonly target: string; readonly longestMs: number; readonly failed: number }[];
  /** Targets that were scraped before and are gone. */
  readonly gone: readonly string[];
  readonly version: string | null;
}
