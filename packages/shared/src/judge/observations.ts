import type { ClientInterval } from '../load/client-interval.ts';
import type { Objective } from '../objectives/objective.ts';
import type {
  CapacityRecord,
  DeploymentRecord,
  DrillRecord,
  ExperimentRecord,
  LoadRecord,
  RestoreRecord,
  WindowRecord,
} from '../record/record.ts';
import type { LimitRecord } from '../record/limit-record.ts';
import type { NotRunPhase } from '../scenario/not-run.ts';
import type { ClockAnchor } from '../time/clock.ts';
import type { Bounds } from '../time/interval.ts';
import type { AutoscalerWatch } from './autoscaler/watch.ts';
import type { EarlierRun } from './earlier-run.ts';
import type { PodsLook } from './pods/look.ts';
import type { PrometheusSight } from './prometheus-sight.ts';
import type { PrometheusReading } from './readings.ts';
import type { RunEnd } from './verdict.ts';

/** That an objective is judged in a window. */
export interface Assignment {
  readonly objectiveName: string;
  readonly objective: Objective;
  /** Name of a window; for an objective on a drill or an experiment, its name or one of its windows. */
  readonly window: string;
  /** Fewer samples than this are inconclusive. Comes before the objective's own. */
  readonly least?: number;
}

/** Something was wrong with an observer, so that what it saw proves nothing. */
export interface ObserverProblem {
  /** Only this window, or this phase with its windows; otherwise the whole run. */
  readonly window?: string;
  readonly reason: string;
  /** Whose eyes: the client's and its probes' (the default), or Prometheus'. */
  readonly observer?: 'client' | 'prometheus';
}

/** A spike under load, of which it is judged how long the platform took to settle. */
export interface SpikeSeen {
  readonly phase: string;
  /** Monotonic ms between which the load stepped back to its usual rate. */
  readonly steppedBack: Bounds;
  /** It has to be steady for so long. */
  readonly steadyForMs: number;
  /** What steady is, by name: objectives on the client's signals. */
  readonly steady: Readonly<Record<string, Objective>>;
}

/**
 * Everything that judging needs, as JSON: saved with the run, so that its verdict can be computed again without
 * anything else.
 */
export interface Observations {
  readonly anchor: ClockAnchor;
  readonly assignments: readonly Assignment[];
  readonly windows: readonly WindowRecord[];
  readonly intervals: readonly ClientInterval[];
  readonly readings: readonly PrometheusReading[];
  readonly loads: readonly LoadRecord[];
  /** Whether the generator offered what it promised, by window, where that is known better than for a whole load. */
  readonly loadValid?: Readonly<Record<string, LoadRecord['validity']>>;
  /** Why the generator ended although nobody asked it to. */
  readonly generatorBroke: string | null;
  readonly experiments: readonly ExperimentRecord[];
  readonly drills: readonly DrillRecord[];
  readonly restores?: readonly RestoreRecord[];
  readonly deployments?: readonly DeploymentRecord[];
  readonly limits?: readonly LimitRecord[];
  /** What the scenario has besides, and was not run where the platform is. */
  readonly notRun?: readonly NotRunPhase[];
  /** What searches for the platform's capacity came to. */
  readonly capacities?: readonly CapacityRecord[];
  readonly spikes?: readonly SpikeSeen[];
  /** What autoscalers said of themselves, by load phase. */
  readonly autoscalers?: readonly AutoscalerWatch[];
  /** What Deployments were set to, by load phase. */
  readonly pods?: readonly PodsLook[];
  /** When faults were injected, monotonic milliseconds: [sent, confirmed]. */
  readonly faults?: readonly { readonly phase: string; readonly instant: Bounds }[];
  /** How well Prometheus itself could see; absent when nothing was asked of it. */
  readonly sight?: PrometheusSight;
  /** Comparable runs, oldest first, for objectives that are judged against history. */
  readonly earlier?: readonly EarlierRun[];
  readonly smoke: {
    readonly failed: number;
    readonly total: number;
    readonly failures: readonly string[];
  } | null;
  readonly observerProblems: readonly ObserverProblem[];
  /** How the run came to its end. */
  readonly end: RunEnd;
}
