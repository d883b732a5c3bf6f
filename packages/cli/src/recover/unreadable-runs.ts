import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { labelValue } from '@ordeal/chaos/chaos-mesh/labels';
import { reasonOf } from '@ordeal/shared/reason-of';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { listRuns } from '../run/run-directory.ts';
import { readRunFile, runFilePath } from '../run/run-file.ts';
import type { KnownRuns } from './known-runs.ts';
import type { Recovered } from './render.ts';

/**
 * Runs that have left something of which nothing can be told, as the file that says whose they are cannot be read: it is
 * its owner's alone. Nobody may take them for runs that have left nothing.
 */
export function unreadableRuns(runsDir: string, known: Pick<KnownRuns, 'isUnderWay'>): readonly Recovered[] {
  return listRuns(runsDir).flatMap((dir): readonly Recovered[] => {
    if (readRunFile(dir) !== undefined || !statSync(dir).isDirectory()) return [];
    const what = whatIsLeft(dir);
    if (what === undefined) return [];
    const run = basename(dir);
    const none: Recovered = { run, healed: [], left: [], refused: [], advice: [] };
    if (known.isUnderWay(labelValue(run))) {
      return [{ ...none, refused: ['this run is still under way: nothing was touched'] }];
    }
    const left =
      `${what}: on which platform cannot be told, as ${runFilePath(dir)} cannot be read (${whyUnread(dir)}). Call this as the ` +
      'user who started that run, or as root; where the file is gone or damaged, undo by hand what its folder `undo` names';
    return [{ ...none, left: [left] }];
  });
}

/** Undefined when it has left nothing. Names tell that, also where nothing of what is in the files can be read. */
function whatIsLeft(dir: string): string | undefined {
  try {
    const undo = openFileUndoLedger(dir, systemClock);
    const [open, marks] = [undo.open().length, undo.promotions().length];
    if (open + marks === 0) return undefined;
    return `${open} undo entries are open, and ${marks} promotions stand`;
  } catch (error) {
    return `whether anything is left cannot be told (${reasonOf(error)})`;
  }
}

function whyUnread(dir: string): string {
  try {
    JSON.parse(readFileSync(runFilePath(dir), 'utf8'));
    return 'it is there by now';
  } catch (error) {
    return reasonOf(error);
  }
}
