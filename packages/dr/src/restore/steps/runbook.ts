import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import { checkPlace } from './check-place.ts';
import { choose } from './choose-backup.ts';
import { look } from './look.ts';
import { prove } from './prove.ts';
import { restore } from './restore.ts';
import type { RestoreStep } from './step.ts';
import { takeBackup } from './take-backup.ts';
import { readSettings, watchArchive } from './watch-archive.ts';
import { markSource } from './write-markers.ts';

/** The runbook of a restore. What was made for it is taken away behind the last step, whatever happens. */
export function stepsOf({ drill }: RestorePhase): readonly RestoreStep[] {
  switch (drill.kind) {
    case 'restore':
      return [checkPlace, ...(drill.take ? [takeBackup] : []), choose, restore, prove];
    case 'point-in-time':
      return [checkPlace, ...('markFor' in drill ? [markSource] : []), choose, restore, prove];
    case 'backup-freshness':
      return [choose, look];
    case 'archiving':
      return [readSettings, watchArchive];
    default:
      return drill satisfies never;
  }
}
