import type { Platform } from '../../platform/platform.ts';
import type { Obstacle } from './concern.ts';
import type { PlannedWindow } from './planned-windows.ts';

/** Something that hangs on what steady is, where nothing that is known in time says it. */
export function steadyObstacle(platform: Platform, window: PlannedWindow): Obstacle | undefined {
  const obstacle = (of: readonly string[], purpose: string, hint: string): Obstacle | undefined =>
    of.some((name) => saysSteady(platform, name))
      ? undefined
      : {
          expected: `an objective on a signal of the client that must hold, to tell ${purpose}`,
          found: of.join(', '),
          hint,
        };
  switch (window.part) {
    case 'steady':
      return obstacle(
        window.objectives,
        'whether it is steady',
        'add one to objectives.steady: without it the fault is never injected',
      );
    case 'settling':
      if (window.objectives.length === 0) return undefined;
      return obstacle(
        window.phase.objectives,
        'when it has settled',
        'add one to the objectives of the phase',
      );
    case 'search':
      return obstacle(
        window.phase.objectives,
        'whether a rate is borne',
        'add one to the objectives of the phase: without it every rate is left open',
      );
    default:
      return undefined;
  }
}

function saysSteady(platform: Platform, name: string): boolean {
  const objective = platform.objectives[name];
  if (objective === undefined || objective.severity === 'should') return false;
  return objective.signal.from === 'client' && objective.signal.measure !== 'latency-growth';
}
