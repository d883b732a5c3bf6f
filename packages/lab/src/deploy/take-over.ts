import type { Clock } from '@ordeal/shared/time/clock';
import { endProcesses } from '../leftovers/end.ts';
import type { RunFiles } from '../supervisor/run-files.ts';
import { readState, writeState } from './state.ts';

/** Which process is noted as the one at work, and how that is changed. */
type AtWork = Pick<RunFiles, 'alive' | 'started'>;

/**
 * Makes a process the only one that works on the lab's versions, on the way back to one. A deployer that is at work is
 * killed; one that has only been started sees the note when it has entered itself, and leaves (`mayDeploy`). So the
 * note comes first, and the look after it.
 */
export async function takeOver(
  labDir: string,
  version: string,
  own: string,
  files: AtWork,
  clock: Clock,
): Promise<void> {
  const note = (): void => writeState(labDir, { doing: 'rolling-back', version, said: '' });
  note();
  const other = files.alive();
  if (other !== undefined && other !== own) {
    await endProcesses([other], { signal: 'SIGKILL', withinMs: 0 }, clock);
  }
  files.started(own);
  // Whoever was at work may have noted its own end over it.
  note();
}

/** Enters a deployer as the process at work; false when its deployment is not wanted any more. */
export function mayDeploy(labDir: string, version: string, own: string, files: AtWork): boolean {
  const isWanted = (): boolean => {
    const { doing, version: wanted } = readState(labDir);
    return doing === 'deploying' && wanted === version;
  };
  if (!isWanted()) return false;
  files.started(own);
  return isWanted();
}
