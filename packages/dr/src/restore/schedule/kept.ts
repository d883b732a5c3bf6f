import type { ScheduleRecord } from '@ordeal/shared/record/record';
import type { Bounds } from '@ordeal/shared/time/interval';

/** The moments that the kept copies hold (wall clock, ms): all of them, oldest first, and the first and last of them. */
export interface KeptCopies {
  readonly instants: readonly Bounds[];
  readonly oldest: Bounds;
  readonly newest: Bounds;
}

/** In how many ways they are not what is promised, and what cannot be told. */
export type Held = Pick<ScheduleRecord, 'departures' | 'unknown'>;

export function span(ms: number): string {
  const hours = ms / 3_600_000;
  return hours >= 96 ? `${(hours / 24).toFixed(1)} days` : `${hours.toFixed(1)} hours`;
}

/** Of an oldest copy that is too young for how long each is kept, where nobody says since when they are made. */
export function maybeNeverMade(words: string, keptMs: number): string {
  return `${words}: whether older ones were removed before ${span(keptMs)} or never made is not known; say in \`schedule.since\` since when they are made`;
}
