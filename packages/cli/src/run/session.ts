import type { Approve } from '@ordeal/dr/drills/drill';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { AutoscalerWatch } from '@ordeal/shared/judge/autoscaler/watch';
import type { PodsLook } from '@ordeal/shared/judge/pods/look';
import type { SightBefore } from '@ordeal/shared/judge/collect-sight';
import type { Assignment, Observations, ObserverProblem, SpikeSeen } from '@ordeal/shared/judge/observations';
import type { ClientStream } from '@ordeal/shared/load/client-interval';
import type { RunningWorkload } from '@ordeal/shared/load/workload';
import { RUN_VARIABLE } from '@ordeal/shared/judge/signals/difference-to-client';
import type { Objective } from '@ordeal/shared/objectives/objective';
import type { Prometheus } from '@ordeal/shared/prometheus/client';
import type {
  CapacityRecord,
  DeploymentRecord,
  DrillRecord,
  ExperimentRecord,
  LedgerRecord,
  LoadRecord,
  RestoreRecord,
  RunKind,
  WindowRecord,
} from '@ordeal/shared/record/record';
import type { LimitRecord } from '@ordeal/shared/record/limit-record';
import type { PaceName, Scenario } from '@ordeal/shared/scenario/scenario';
import type { ClockAnchor } from '@ordeal/shared/time/clock';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import type { LoadedPlatform } from '../load/load-platform.ts';

/** One run under way: what it works with, and what has come out of it so far. */
export interface Session {
  readonly kind: RunKind;
  readonly loaded: LoadedPlatform;
  readonly scenario: Scenario;
  readonly pace: PaceName;
  readonly context: RunContext;
  readonly anchor: ClockAnchor;
  readonly prometheus: Prometheus;
  readonly programs: { readonly k6: string; readonly node: string };
  /** File of certificates (PEM) that are trusted besides those that the machine trusts; what the run starts is told. */
  readonly certificates?: string;
  readonly results: Results;
  /** Whom to ask before what cannot be taken back, and before each step; absent when nobody is. */
  readonly approve?: Approve;
  readonly beforeStep?: Approve;
}

/** Grows while the run goes on; everything in it ends up in the record. */
export interface Results {
  readonly windows: WindowRecord[];
  readonly assignments: Assignment[];
  readonly loads: LoadRecord[];
  /** Of every load that was begun, in order. */
  readonly streams: ClientStream[];
  /** Whether the generator offered what it promised, by window, where there were several loads. */
  readonly loadValid: Record<string, LoadRecord['validity']>;
  readonly capacities: CapacityRecord[];
  readonly spikes: SpikeSeen[];
  readonly experiments: ExperimentRecord[];
  readonly drills: FinishedDrill[];
  readonly restores: RestoreRecord[];
  readonly deployments: DeploymentRecord[];
  readonly limits: LimitRecord[];
  /** What the platform's autoscalers said of themselves, by load phase. */
  readonly autoscalers: AutoscalerWatch[];
  /** What the platform's Deployments were set to, by load phase. */
  readonly pods: PodsLook[];
  /** Why phases were refused, after others had been run. */
  readonly refusals: string[];
  /** When faults went in, by phase. */
  readonly faults: NonNullable<Observations['faults']>[number][];
  readonly observerProblems: ObserverProblem[];
  /** What Prometheus said of itself before anything was done; null when nobody asked. */
  sightBefore: SightBefore | null;
  /** Whether any phase was begun: what was there before is not this run's. */
  begun: boolean;
  /** Whether anything may have been created on the platform: only then is there anything to delete. */
  mayHaveCreated: boolean;
  smoke: Observations['smoke'];
  workload: RunningWorkload | null;
  /** Why the generator is no longer running, when nobody asked it to end. */
  generatorBroke: string | null;
}

/** A drill whose ledger can be read back once more: after the old primary has rejoined. */
export interface FinishedDrill {
  record: DrillRecord;
  /** The moment of the fault, or of the planned start. Null when it ended before that. Monotonic ms. */
  readonly fault: Bounds | null;
  readonly reread: () => Promise<LedgerRecord>;
  readonly dispose: () => Promise<void>;
}

/** What a phase says to the run: go on, or leave out the rest, and why. */
export type PhaseOutcome =
  { readonly next: 'continue'; readonly detail: string } | { readonly next: 'stop'; readonly detail: string };

export function emptyResults(): Results {
  return {
    windows: [],
    assignments: [],
    loads: [],
    streams: [],
    loadValid: {},
    capacities: [],
    spikes: [],
    experiments: [],
    drills: [],
    restores: [],
    deployments: [],
    limits: [],
    autoscalers: [],
    pods: [],
    refusals: [],
    faults: [],
    observerProblems: [],
    sightBefore: null,
    begun: false,
    mayHaveCreated: false,
    smoke: null,
    workload: null,
    generatorBroke: null,
  };
}

/** Ends the workload that runs, if one does, and keeps what it came to. */
export async function endWorkload(results: Results): Promise<LoadRecord | undefined> {
  const { workload } = results;
  if (workload === null) return undefined;
  results.workload = null;
  const record = await workload.stop();
  results.loads.push(record);
  return record;
}

/** Ends the workload that runs before another begins. The windows that it filled are its own to answer for. */
export async function replaceWorkload(results: Results): Promise<void> {
  const record = await endWorkload(results);
  if (record === undefined) return;
  for (const { name } of results.windows) results.loadValid[name] ??= record.validity;
}

/** Keeps when a fault went in: between the first request for it and its last confirmation. */
export function noteFault(results: Results, entry: JournalEntry): void {
  if (entry.type !== 'fault-injected' || entry.acknowledgements.length === 0) return;
  const low = Math.min(...entry.acknowledgements.map(({ sent }) => sent));
  const high = Math.max(...entry.acknowledgements.map(({ confirmed }) => confirmed));
  results.faults.push({ phase: entry.phase, instant: { low, high } });
}

/** The objective, with the run's id where its signal asks for it. */
function ofThisRun(objective: Objective, { context }: Pick<Session, 'context'>): Objective {
  const { signal } = objective;
  if (signal.measure !== 'difference-to-client') return objective;
  const selector = signal.selector.replaceAll(RUN_VARIABLE, context.runId);
  return { ...objective, signal: { ...signal, selector } };
}

/** Adds a window, and says what is to be judged in it. */
export function assign(
  session: Pick<Session, 'loaded' | 'results' | 'context'>,
  window: string,
  objectives: readonly string[],
): void {
  for (const name of objectives) {
    const objective = session.loaded.platform.objectives[name];
    if (objective === undefined) continue;
    session.results.assignments.push({
      objectiveName: name,
      objective: ofThisRun(objective, session),
      window,
    });
  }
}

/** A window record from two monotonic instants. */
export function windowOf(
  anchor: ClockAnchor,
  name: string,
  phase: string,
  monotonicFrom: number,
  monotonicTo: number,
): WindowRecord {
  const iso = (instant: number): string =>
    new Date(anchor.wallMs + instant - anchor.monotonicMs).toISOString();
  return { name, phase, from: iso(monotonicFrom), to: iso(monotonicTo), monotonicFrom, monotonicTo };
}
