import { isAlive } from '@ordeal/shared/process/identity';
import { placeFrom, processPlace } from '@ordeal/shared/process/place';
import type { RunFile } from './run-file.ts';

/**
 * Whether the process of a run is still there. `out-of-sight`: it was started on another machine or in another
 * container, whose process ids mean nothing here, so that nothing is known of it.
 */
export function runnerState({ runner, place }: RunFile): 'alive' | 'gone' | 'out-of-sight' {
  const from = place === undefined ? 'here' : placeFrom(processPlace(), place);
  switch (from) {
    case 'here':
      return isAlive(runner) ? 'alive' : 'gone';
    case 'before-restart':
      return 'gone';
    case 'elsewhere':
      return 'out-of-sight';
  }
}
