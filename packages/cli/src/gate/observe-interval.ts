import type { SightBefore } from '@ordeal/shared/judge/collect-sight';
import type { Assignment, Observations, ObserverProblem } from '@ordeal/shared/judge/observations';
import { observePrometheus } from '@ordeal/shared/judge/observe-prometheus';
import type { PrometheusReading } from '@ordeal/shared/judge/readings';
import { narrower, scopeOfInstances, withMatchers, type Scope } from '@ordeal/shared/judge/scope';
import type { RunEnd } from '@ordeal/shared/judge/verdict';
import type { WindowRecord } from '@ordeal/shared/record/record';
import type { Span } from '@ordeal/shared/time/interval';
import { windowOf } from '../run/session.ts';
import { windowName, type GatePlan } from './gate.ts';
import { newInstances } from './new-instances.ts';
import { narrowObjectives, type PickedObjectives } from './pick-objectives.ts';
import { scopeGaps } from './scope-gaps.ts';

export interface ObserveOptions {
  /** How long to wait for the scrapes that cover the end; 0 does not wait. */
  readonly barrierMs: number;
  /** Whether the scope is looked through for series that it leaves out. */
  readonly lookForGaps: boolean;
  /** Instances that were seen to be new before, and count in any case. */
  readonly instances?: readonly string[];
  /** What Prometheus said of itself when the interval began; null when nobody asked it then. */
  readonly before: SightBefore | null;
  readonly signal?: AbortSignal;
  readonly end: RunEnd;
}

export interface ObservedInterval {
  readonly observations: Observations;
  /** All that are new; null when that was not asked. */
  readonly instances: readonly string[] | null;
  /** Whether Prometheus gave any answer at all. */
  readonly heard: boolean;
}

/**
 * Reads what the objectives need over an interval. What cannot be read is in the observations, as a reading that says
 * so or a problem of the observer's. Rejects only for the caller's own signal.
 */
export async function observeInterval(
  plan: GatePlan,
  span: Span,
  options: ObserveOptions,
): Promise<ObservedInterval> {
  const { prometheus, clock, anchor } = plan;
  const settings = plan.loaded.platform.prometheus;
  const name = windowName(plan.kind);
  const window = windowOf(anchor, name, name, span.from, span.to);
  const [from, to] = [Date.parse(window.from), Date.parse(window.to)];
  const problems: string[] = [];
  const found =
    plan.startedAfter === undefined
      ? null
      : await newInstances(prometheus, plan.startedAfter, from, to, options.signal);
  if (found?.ok === false) problems.push(`which instances are new is not known: ${found.error.message}`);
  const instances =
    found === null
      ? null
      : [...new Set([...(options.instances ?? []), ...(found.ok ? found.value : [])])].sort();
  const scope = narrower(plan.scope, instances === null ? undefined : scopeOf(instances));
  if (scope !== undefined && options.lookForGaps) {
    const gaps = await scopeGaps(prometheus, plan.objectives, scope, from, to, options.signal);
    if (gaps.ok) problems.push(...gaps.value);
    else problems.push(`whether the scope leaves series out is not known: ${gaps.error.message}`);
  }
  const assignments = assignmentsOf(plan, scope, instances, window);
  const { readings, sight, observerProblems } = await observePrometheus(
    prometheus,
    settings,
    assignments,
    [window],
    {
      clock,
      anchor,
      barrierMs: options.barrierMs,
      before: options.before,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  return {
    instances,
    heard: readings.length === 0 || readings.some(isAnswered),
    observations: {
      ...nothingRead(plan, window, assignments, options.end),
      readings,
      ...(sight === undefined ? {} : { sight }),
      observerProblems: [...observerProblems, ...problems.map(problem)],
    },
  };
}

/** An interval of which nothing was read, because that was interrupted. */
export function unreadInterval(plan: GatePlan, span: Span, end: RunEnd): Observations {
  const name = windowName(plan.kind);
  const window = windowOf(plan.anchor, name, name, span.from, span.to);
  return nothingRead(plan, window, assignmentsOf(plan, plan.scope, null, window), end);
}

function nothingRead(
  { anchor }: GatePlan,
  window: WindowRecord,
  assignments: readonly Assignment[],
  end: RunEnd,
): Observations {
  return {
    anchor,
    assignments,
    windows: [window],
    intervals: [],
    readings: [],
    loads: [],
    generatorBroke: null,
    experiments: [],
    drills: [],
    smoke: null,
    observerProblems: [],
    end,
  };
}

function problem(reason: string): ObserverProblem {
  return { reason, observer: 'prometheus' };
}

function isAnswered(reading: PrometheusReading): boolean {
  return reading.kind === 'growth' ? reading.increase.ok : reading.answer.ok;
}

/** No series has an instance that is empty and is not: where no instance is new there is nothing to judge. */
const NOBODY: Scope = { text: 'instance="",instance!=""', labels: [] };

function scopeOf(instances: readonly string[]): Scope {
  return instances.length === 0 ? NOBODY : scopeOfInstances(instances);
}

function assignmentsOf(
  plan: GatePlan,
  scope: Scope | undefined,
  instances: readonly string[] | null,
  window: WindowRecord,
): readonly Assignment[] {
  const narrowed = narrowObjectives(plan.objectives, scope);
  // The plan was made with a scope of the same kind: what cannot be narrowed was refused there.
  const objectives: PickedObjectives = narrowed.ok ? narrowed.value : {};
  const list = Object.entries(objectives).map(([objectiveName, objective]) => ({
    objectiveName,
    objective,
    window: window.name,
  }));
  if (instances === null || scope === undefined || plan.startedAfter === undefined) return list;
  const isAMust = list.some(({ objective }) => (objective.severity ?? 'must') === 'must');
  return [newInstancesAlive(plan.startedAfter, scope, isAMust ? 'must' : 'should', window.name), ...list];
}

/** That there is at least one, and that it is alive at the end: an objective of its own, so that its lack is seen. */
function newInstancesAlive(
  startedAfter: number,
  scope: Scope,
  severity: 'must' | 'should',
  window: string,
): Assignment {
  return {
    objectiveName: `instances started after ${new Date(startedAfter).toISOString()}`,
    window,
    objective: {
      signal: {
        from: 'prometheus',
        measure: 'present',
        selector: withMatchers('process_start_time_seconds', scope.text),
      },
      comparator: '>=',
      limit: 1,
      unit: 'instances',
      severity,
      source: '--started-after: what is judged are these instances alone',
    },
  };
}
