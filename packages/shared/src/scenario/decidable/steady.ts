import type { Platform } from '../../platform/platform.ts';
import type { Obstacle } from './concern.ts';
import type { PlannedWindow } from './planned-windows.ts';

/** An experiment that would never inject its fault: nothing that is known in time says what steady is. */
export function steadyObstacle(platform: Platform, window: PlannedWindow): Obstacle | undefined {
  if (window.part !== 'steady') return undefined;
  const says = window.objectives.some((name) => {
    const objective = platform.objectives[name];
    return objective?.signal.from === 'client' && objective.severity !== 'should';
  });
  return says
    ? undefined
    : {
        expected: 'an objective on a signal of the client that must hold, to tell whether it is steady',
        found: window.objectives.join(', '),
        hint: 'add one to objectives.steady: without it the fault is never injected',
      };
}
