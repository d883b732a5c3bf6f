import { isShaped, loadWindows, LOST_SECONDS, rateAfter, type LoadWindow } from '../load-windows.ts';
import type { TenantLoad } from '../../load/workload.ts';
import type { DeployPhase } from '../deploy-phase.ts';
import type { LimitPhase } from '../limit-phase.ts';
import type { RestorePhase } from '../restore-phase.ts';
import { heldSeconds } from '../stages.ts';
import type {
  DrillPhase,
  ExperimentPhase,
  LoadPhase,
  Phase,
  Scenario,
  ShapedLoadPhase,
} from '../scenario.ts';

/** A window that a scenario will judge, and what in it. */
export type PlannedWindow = {
  /** As the run will name it. */
  readonly name: string;
  readonly objectives: readonly string[];
  /** Iterations a second of the workload that runs meanwhile; 0 when none does. */
  readonly rate: number;
  /** What of it each tenant sends, where the load tells them apart. */
  readonly perTenant?: readonly TenantLoad[];
} & (
  | { readonly part: 'load'; readonly phase: LoadPhase; readonly seconds: number }
  /** Time to settle after a spike. */
  | { readonly part: 'settling'; readonly phase: ShapedLoadPhase; readonly seconds: number }
  /** A stress test: how long its steps take nobody knows. */
  | { readonly part: 'search'; readonly phase: ShapedLoadPhase; readonly seconds: null }
  | {
      readonly part: 'steady' | 'during' | 'recovery' | 'whole';
      readonly phase: ExperimentPhase | DeployPhase;
      readonly seconds: number;
    }
  /** What is judged is the deployment itself. */
  | { readonly part: 'deploy'; readonly phase: DeployPhase; readonly seconds: null }
  /** What is judged is the drill's result: it has no window of that name. */
  | { readonly part: 'drill'; readonly phase: DrillPhase; readonly seconds: null }
  | { readonly part: 'restore'; readonly phase: RestorePhase; readonly seconds: null }
  | { readonly part: 'limit'; readonly phase: LimitPhase; readonly seconds: null }
);

/**
 * The windows of a scenario in their order, with the length that they have when all is well: one that has to wait
 * for a platform in trouble gets longer.
 */
export function plannedWindows({ phases }: Scenario): readonly PlannedWindow[] {
  return phases.flatMap((phase, index) => {
    const load = phases.slice(0, index + 1).findLast((one) => one.phase === 'load');
    const perTenant = load === undefined || isShaped(load) ? undefined : load.perTenant;
    // A constant workload runs on until the next one begins, or the scenario ends.
    const windows = windowsOf(phase, rateAfter(load));
    return perTenant === undefined ? windows : windows.map((window) => ({ ...window, perTenant }));
  });
}

function windowsOf(phase: Phase, rate: number): readonly PlannedWindow[] {
  switch (phase.phase) {
    // Its gates are assigned by the run itself, and need no samples.
    case 'smoke':
      return [];
    case 'load': {
      if (isShaped(phase)) return loadWindows(phase).map((one) => plannedWindow(one, phase));
      const { name, objectives, judgeFor } = phase;
      return [{ part: 'load', name, phase, objectives, rate, seconds: judgeFor }];
    }
    case 'experiment': {
      // A repetition's windows are the same once more, with the same mistakes.
      const [held, again] = [heldSeconds(phase), phase.steadyAgainFor];
      const lengths = { steady: phase.steadyFor, during: held, recovery: again, whole: held + again };
      return (['steady', 'during', 'recovery', 'whole'] as const).flatMap((part) => {
        const objectives = phase.objectives[part];
        if (objectives === undefined) return [];
        return [{ part, name: `${phase.name}/${part}`, phase, objectives, rate, seconds: lengths[part] }];
      });
    }
    case 'drill':
      return [{ part: 'drill', name: phase.name, phase, objectives: phase.objectives, rate, seconds: null }];
    case 'deploy': {
      const { name, objectives, steadyFor, watchFor } = phase;
      return [
        {
          part: 'steady',
          name: `${name}/steady`,
          phase,
          objectives: objectives.steady,
          rate,
          seconds: steadyFor,
        },
        // However quickly it comes out: so long it is watched.
        {
          part: 'whole',
          name: `${name}/whole`,
          phase,
          objectives: objectives.whole,
          rate,
          seconds: watchFor,
        },
        { part: 'deploy', name, phase, objectives: objectives.result, rate, seconds: null },
      ];
    }
    case 'limit':
      return [{ part: 'limit', name: phase.name, phase, objectives: phase.objectives, rate, seconds: null }];
    case 'restore':
      return [
        { part: 'restore', name: phase.name, phase, objectives: phase.objectives, rate, seconds: null },
      ];
  }
}

function plannedWindow(
  { name, part, span, rate, objectives }: LoadWindow,
  phase: ShapedLoadPhase,
): PlannedWindow {
  const common = { name, objectives, rate, phase };
  const seconds = span === null ? 0 : span.to - span.from;
  switch (part) {
    case 'judged':
      return { ...common, part: 'load', seconds: Math.max(0, seconds - LOST_SECONDS) };
    case 'settling':
      return { ...common, part, seconds };
    case 'search':
      return { ...common, part, seconds: null };
  }
}
