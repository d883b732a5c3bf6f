import type { Shape, ShapeKind } from '../load/shape/shape.ts';
import type { TenantLoad } from '../load/workload.ts';
import type { DeployPhase } from './deploy-phase.ts';
import type { LimitPhase } from './limit-phase.ts';
import type { NotRunPhase } from './not-run.ts';
import type { RestorePhase } from './restore-phase.ts';
import type { SaidTimes } from './said-times.ts';

/** A scenario is data: phases over one timeline, in order. All times are seconds. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly phases: readonly Phase[];
  /** What its file has besides, and is not run where the platform is. Absent: nothing. */
  readonly notRun?: readonly NotRunPhase[];
}

/** How long things take. Every scenario has both: `short` has the same phases and least sample counts. */
export type PaceName = 'full' | 'short';

export type Phase =
  SmokePhase | LoadPhase | LimitPhase | ExperimentPhase | DrillPhase | RestorePhase | DeployPhase;

/** Health checks and every journey once. */
export interface SmokePhase {
  readonly phase: 'smoke';
  readonly name: string;
  readonly title: string;
}

/** Where the virtual users of a load are: on this machine, or on the cluster of the platform's `generators.kubernetes`. */
export type LoadPlace = 'here' | 'kubernetes';

/** What a load is made of and where it comes from, where that is not the platform's journeys and this machine. */
export interface LoadSource {
  /** Default: here. */
  readonly on?: LoadPlace;
  /**
   * A script for k6 that was written by hand, whose default function is an iteration, instead of the journeys:
   * `new URL('../scripts/x.ts', import.meta.url)`.
   */
  readonly script?: URL;
}

/** Load on the platform. */
export type LoadPhase = ConstantLoadPhase | ShapedLoadPhase;

/**
 * Starts a workload, and judges a first window of it. The workload runs on under the phases that follow, until
 * the next load begins or the scenario ends.
 */
export interface ConstantLoadPhase extends LoadSource {
  readonly phase: 'load';
  readonly name: string;
  readonly title: string;
  /** Iterations a second. */
  readonly rate: number;
  /**
   * What each of several tenants sends of it, told apart in what is measured. Without it the platform's tenants take
   * turns.
   */
  readonly perTenant?: readonly TenantLoad[];
  /** Not judged. */
  readonly warmUp: number;
  readonly judgeFor: number;
  /** Names of the platform's objectives that must hold in the judged window. */
  readonly objectives: readonly string[];
}

/** Runs a shape of load from its beginning to its end. Nothing runs on after it. */
export interface ShapedLoadPhase extends LoadSource {
  readonly phase: 'load';
  readonly name: string;
  readonly title: string;
  readonly shape: Shape;
  /** Objectives of every window of the shape; of a stress test: what has to hold at a rate for it to be borne. */
  readonly objectives: readonly string[];
  /** Only of a spike: objectives while it holds, instead of those. */
  readonly during?: readonly string[];
  /** Objectives on what the shape shows as a whole: the capacity of a stress test, a spike's time to settle. */
  readonly result?: readonly string[];
}

/**
 * A shape as a scenario's file names it: its kind, and what of it is not as usual, in the words of the command line.
 * `{ kind: 'spike', rate: 60, spike: '10x', for: '30s' }`
 */
export interface WrittenShape {
  readonly kind: ShapeKind;
  readonly rate?: string | number;
  readonly for?: string;
  readonly warmUp?: string;
  readonly peak?: string;
  readonly spike?: string;
  readonly before?: string;
  readonly after?: string;
  readonly settle?: string;
  readonly stages?: string;
  readonly step?: string;
  readonly confirm?: string;
}

/** Constant load as a scenario's file names it: a rate, or by tenant what each of them sends. */
export interface WrittenConstantLoad extends Omit<ConstantLoadPhase, 'rate' | 'perTenant'> {
  readonly rate?: number;
  readonly tenants?: Readonly<Record<string, WrittenTenantLoad>>;
}

export interface WrittenTenantLoad {
  /** Iterations a second. */
  readonly rate: number;
  /**
   * Names of the platform's journeys that it does, those of weight 0 as well, or their weights in this load. Default: all
   * that have a weight.
   */
  readonly journeys?: readonly string[] | Readonly<Record<string, number>>;
}

/** A scenario as its file states it. */
export interface WrittenScenario extends Omit<Scenario, 'phases' | 'notRun'> {
  readonly phases: readonly (
    | Exclude<Phase, LoadPhase | ExperimentPhase | DrillPhase>
    | WrittenConstantLoad
    | (Omit<ShapedLoadPhase, 'shape'> & { readonly shape: WrittenShape })
    | WrittenExperiment
    | WrittenDrillPhase
  )[];
}

/** steady → inject → hold → heal → recovery, under the workload that runs. */
export interface ExperimentPhase {
  readonly phase: 'experiment';
  readonly name: string;
  readonly title: string;
  /** Names of the platform's faults, in the order of their injection. */
  readonly faults: readonly [string, ...string[]];
  readonly order: FaultOrder;
  readonly repeat: Repetitions;
  readonly steadyFor: number;
  /**
   * Each fault stays in for so long, together or one after another; after a one-shot fault (a kill) the
   * during-window lasts at least so long.
   */
  readonly hold: number;
  /** Seconds until it must be steady again. */
  readonly recoverWithin: number;
  /** Consecutive good seconds that count as steady again. */
  readonly steadyAgainFor: number;
  readonly objectives: {
    readonly steady: readonly string[];
    readonly during: readonly string[];
    readonly recovery: readonly string[];
    /**
     * From the end of the steady window to the end of the recovery, without a gap: for what may cost nothing at any
     * moment, those of injecting and of healing included. Without it there is no such window.
     */
    readonly whole?: readonly string[];
  };
}

/** How the faults of one experiment follow each other. */
export type FaultOrder =
  /** All at once: a region is lost with all its components. They are held, and healed, together. */
  | { readonly how: 'together' }
  /** Each is held for the phase's hold. `earlier`: whether those before are taken out first, or stay in to the end. */
  | { readonly how: 'in-sequence'; readonly earlier: 'healed' | 'kept' };

/** How often an experiment is done, and what the random choices of it come from. */
export interface Repetitions {
  readonly times: number;
  /** Null: the run's own. */
  readonly seed: number | null;
}

/** An experiment as its file states it: with one fault or several, together and once unless it says otherwise. */
export interface WrittenExperiment extends Omit<ExperimentPhase, 'faults' | 'order' | 'repeat'> {
  /** Instead of `faults`, when there is one. */
  readonly fault?: string;
  readonly faults?: readonly string[];
  readonly order?: FaultOrder;
  readonly repeat?: { readonly times: number; readonly seed?: number };
}

/** A timed recovery exercise. */
export interface DrillPhase {
  readonly phase: 'drill';
  readonly name: string;
  readonly title: string;
  readonly drill: DrillKind;
  /** Names of the platform's store and route. */
  readonly store: string;
  readonly route: string;
  /** Probes: seconds between two attempts of a stream, and until an attempt counts as bad. */
  readonly probeEvery: number;
  readonly probeTimeout: number;
  /** Ledger writes a second, and how many seconds it writes before the fault. */
  readonly ledgerRate: number;
  readonly ledgerLead: number;
  /** Recovered = good for so long and so many attempts. */
  readonly stableFor: number;
  readonly stableAttempts: number;
  /** Not recovered by then is a failure of the drill, and never a number. What is promised beyond it stays open. */
  readonly deadline: number;
  /** The standby may be so many seconds behind when it begins. Default: 5 before a loss, 1 before a planned move. */
  readonly mostLag?: number;
  /** Default: before a drill that can destroy data, any backup of the platform that is young enough, if it has one. */
  readonly freshBackup?: FreshBackup;
  /** Objectives decide. Where none is on the ledger, losing more than `rpo` fails the drill, and in a planned move anything. */
  readonly targets: {
    readonly rto: number;
    readonly rpo: number;
    readonly detection: number;
    readonly failover: number;
  };
  readonly steps?: SaidTimes;
  /** Names of the platform's objectives on this drill's result. */
  readonly objectives: readonly string[];
}

export type FreshBackup =
  /** Refused unless this backup's newest copy is at most so many seconds old. */
  | { readonly backup: string; readonly within: number }
  /** None is asked for, and why: it stands in the record. */
  | { readonly without: string };

export type DrillKind =
  /** `lose` names the fault that takes the region `from` away; `to` takes over. */
  | { readonly kind: 'failover'; readonly lose: string; readonly from: string; readonly to: string }
  /** The region `to` rejoins as standby (its fault is healed first), then becomes primary again. */
  | { readonly kind: 'failback'; readonly restore: string; readonly from: string; readonly to: string }
  /** Planned: the primary moves, and nothing may be lost. Traffic goes to all regions before and after. */
  | { readonly kind: 'switchover'; readonly from: string; readonly to: string }
  /** Planned: first traffic and then the primary leave the region `from`. */
  | { readonly kind: 'evacuate'; readonly from: string; readonly to: string }
  /** The way back of it: the primary, and then traffic, come to the region `to` again. */
  | { readonly kind: 'return'; readonly from: string; readonly to: string }
  /** `lose` is injected into the region `from`; the platform recovers by itself, and is only measured. */
  | { readonly kind: 'observe'; readonly lose: string; readonly from: string };

/** A drill as a scenario's file names it: `region` is an evacuation and, behind it, the return. */
export interface WrittenDrillPhase extends Omit<DrillPhase, 'drill'> {
  readonly drill: DrillKind | { readonly kind: 'region'; readonly from: string; readonly to: string };
}

export interface ScenarioFile {
  readonly build: (pace: PaceName) => WrittenScenario;
}

/** Defines a scenario; the pace says how long its phases take. */
export function defineScenario(build: (pace: PaceName) => WrittenScenario): ScenarioFile {
  return { build };
}
