import type { SaidTimes } from './said-times.ts';

/** Brings a backup back in a place of its own, and proves what it holds. All times are seconds. */
export interface RestorePhase {
  readonly phase: 'restore';
  readonly name: string;
  readonly title: string;
  /** Name of one of the platform's backups. */
  readonly backup: string;
  readonly drill: RestoreDrill;
  /** Not restored and proven by then is a failure, never a number. */
  readonly deadline: number;
  readonly targets: { readonly rto: number; readonly rpo: number };
  readonly steps?: SaidTimes;
  /** Names of the platform's objectives on this restore. */
  readonly objectives: readonly string[];
}

export type RestoreDrill =
  /**
   * The platform's own newest backup, with everything since that can be had; `take` makes one first, and restores that.
   */
  | { readonly kind: 'restore'; readonly take: boolean }
  /**
   * The state at one moment: of markers that are written for it, `markFor` seconds before it and as long behind it,
   * or, with `at` (an ISO instant of the source's clock), at a moment that is past, without markers.
   */
  | { readonly kind: 'point-in-time'; readonly markFor: number }
  | { readonly kind: 'point-in-time'; readonly at: string }
  /** Only looks at the newest backup where it lies, and at its age. */
  | { readonly kind: 'backup-freshness' }
  /** Restores nothing: how long what is written waits until the source has archived it by itself. */
  | { readonly kind: 'archiving' };

/** Whether anything is brought back in it, and a place is needed for that. */
export function restoresSomething({ drill }: Pick<RestorePhase, 'drill'>): boolean {
  return drill.kind !== 'backup-freshness' && drill.kind !== 'archiving';
}
