import { quantity } from '@ordeal/shared/report/figures';
import type { JournalEntry, Standing } from '@ordeal/shared/timeline/event';

/** One phase that is going to come, as the plan expects it. */
export interface PlannedPhase {
  readonly name: string;
  readonly title: string;
  readonly expectedSeconds: number;
}

/** What a watcher has to know at any moment. Instants are monotonic milliseconds. */
export interface ProgressState {
  readonly plan: readonly PlannedPhase[];
  readonly startedAt: number | null;
  readonly phase: (PlannedPhase & { readonly startedAt: number }) | null;
  readonly ended: readonly string[];
  readonly step: {
    readonly name: string;
    readonly startedAt: number;
    readonly targetSeconds: number | null;
  } | null;
  /** Null while no load runs. `second` is null until the first report of it. */
  readonly load: {
    readonly workload: string;
    /** Iterations a second at most; 0 when a script's own scenarios say it. */
    readonly rate: number;
    readonly second: LoadSecond | null;
  } | null;
  readonly faults: readonly { readonly name: string; readonly injectedAt: number }[];
  /** How the objectives of a check stand. */
  readonly standing: readonly Standing[];
}

export interface LoadSecond {
  readonly at: number;
  readonly requestsPerSecond: number;
  readonly failed: number;
  readonly dropped: number;
  readonly p95Ms: number | null;
}

export const NOTHING_YET: ProgressState = {
  plan: [],
  startedAt: null,
  phase: null,
  ended: [],
  step: null,
  load: null,
  faults: [],
  standing: [],
};

/** What a load is to come to. A journey may make several requests, so that these are not to be compared with requests. */
export function wantedInWords(rate: number): string {
  return rate > 0 ? `up to ${quantity(rate, 'iterations/s')}` : 'as its script says';
}

/** The state after one more entry. */
export function advance(state: ProgressState, entry: JournalEntry): ProgressState {
  const at = entry.monotonicMs;
  switch (entry.type) {
    case 'run-started':
      return { ...state, startedAt: at };
    case 'phase-started': {
      const { phase: name, title, expectedSeconds } = entry;
      return { ...state, phase: { name, title, expectedSeconds, startedAt: at }, step: null };
    }
    case 'phase-ended':
      return {
        ...state,
        phase: state.phase?.name === entry.phase ? null : state.phase,
        ended: [...state.ended, entry.phase],
        step: null,
        standing: [],
      };
    case 'step-started':
      return { ...state, step: { name: entry.step, startedAt: at, targetSeconds: entry.targetSeconds } };
    case 'step-ended':
      return { ...state, step: state.step?.name === entry.step ? null : state.step };
    case 'load-started':
      return { ...state, load: { workload: entry.workload, rate: entry.rate, second: null } };
    case 'load-ended':
      return { ...state, load: null };
    case 'load-second': {
      // The last report of a load may come after its end.
      if (state.load === null) return state;
      const { requestsPerSecond, failed, dropped, p95Ms } = entry;
      const second = { at, requestsPerSecond, failed, dropped, p95Ms };
      return { ...state, load: { ...state.load, second } };
    }
    case 'fault-injected':
      return {
        ...state,
        faults: [
          ...state.faults.filter((each) => each.name !== entry.fault),
          { name: entry.fault, injectedAt: at },
        ],
      };
    case 'fault-healed':
      return { ...state, faults: state.faults.filter((each) => each.name !== entry.fault) };
    case 'standing':
      return { ...state, standing: entry.findings };
    default:
      return state;
  }
}

/** Place of a phase in the plan, from 1, with the plan's length; null when the plan does not hold it. */
export function placeOf(
  state: ProgressState,
  phase: string,
): { readonly n: number; readonly of: number } | null {
  const index = state.plan.findIndex((each) => each.name === phase);
  return index === -1 ? null : { n: index + 1, of: state.plan.length };
}

/** Seconds until the run should end: what the plan expects of all that has not ended. Null without a plan. */
export function secondsLeft(state: ProgressState, now: number): number | null {
  if (state.plan.length === 0) return null;
  let left = 0;
  for (const phase of state.plan) {
    if (state.ended.includes(phase.name)) continue;
    const spent = state.phase?.name === phase.name ? (now - state.phase.startedAt) / 1000 : 0;
    left += Math.max(0, phase.expectedSeconds - spent);
  }
  return left;
}
