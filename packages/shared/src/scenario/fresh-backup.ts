import type { FaultEntry } from '../platform/platform.ts';
import type { DrillPhase } from './scenario.ts';

/** A nightly backup is that young until the next one is made, and two hours are left for that. Seconds. */
export const USUALLY_FRESH_SECONDS = 26 * 3600;

/** Which backup there has to be to fall back on before a drill begins. */
export type WantedBackup =
  /** One of these, at most so many seconds old. */
  | { readonly how: 'any'; readonly of: readonly string[]; readonly within: number }
  /** None, in words why. */
  | { readonly how: 'none'; readonly why: string };

/**
 * Which backup a drill needs behind it: as its phase says, or else any that the platform has, where it can destroy data.
 * A failover gives up what was not replicated, and its failback rewinds what the old primary had beyond that.
 *
 * @param backups names of all that the platform has
 * @param revives of the drill's fault: one that cannot bring an old primary back has taken none away
 */
export function wantedBackup(
  { freshBackup, drill }: Pick<DrillPhase, 'freshBackup' | 'drill'>,
  backups: readonly string[],
  revives: FaultEntry['revives'],
): WantedBackup {
  if (freshBackup !== undefined) {
    return 'without' in freshBackup
      ? { how: 'none', why: `the scenario wants none: ${freshBackup.without}` }
      : { how: 'any', of: [freshBackup.backup], within: freshBackup.within };
  }
  if (!canDestroy(drill, revives))
    return { how: 'none', why: `a drill of kind ${drill.kind} gives nothing up` };
  return backups.length === 0
    ? { how: 'none', why: 'the platform has no backup at all' }
    : { how: 'any', of: backups, within: USUALLY_FRESH_SECONDS };
}

/** Whether a drill takes something away for good if it goes wrong, or even if it does not. */
function canDestroy({ kind }: DrillPhase['drill'], revives: FaultEntry['revives']): boolean {
  switch (kind) {
    case 'failover':
    case 'failback':
      return true;
    // What takes over by itself gives up what it had not got.
    case 'observe':
      return revives === 'old-primary';
    // Whoever is stopped first has handed everything over.
    case 'switchover':
    case 'evacuate':
    case 'return':
      return false;
  }
}
