import { recommend, toleranceOf, type Comparison } from './recommend.ts';
import type { AutoscalerSeen, ConditionSeen, MetricSeen, SampleSeen } from './watch.ts';

/** Whether what an autoscaler decided follows from the figures that it shows. */
export type Checked = {
  /** Names of the metrics that had a value. */
  readonly metrics: readonly string[];
  /** What its metrics asked for, before anything held it back; null where that is not known. */
  readonly asked: Asked | null;
} & (
  | { readonly outcome: 'agrees' }
  /** It does not, whatever was not seen. */
  | { readonly outcome: 'departs'; readonly sentence: string }
  /** It would if something was so that nobody saw. */
  | { readonly outcome: 'open'; readonly sentence: string }
  /** Nothing can be said of it. */
  | { readonly outcome: 'untold'; readonly sentence: string }
);

/** How many replicas metrics asked for: when every pod had them, and when any lacked them. */
export interface Asked {
  readonly exact: number;
  readonly least: number;
  readonly most: number;
}

/** An earlier look, and what the metrics asked for by then; null where that is not known. */
export interface Earlier {
  readonly at: number;
  readonly asked: Asked | null;
}

/**
 * What may have been recommended before: what was seen when every pod had its metrics (`seen`), or when some lacked them
 * (`lacking`); or more than that (`any`), before anybody looked, or by a controller that has begun anew, which takes what
 * there is for its first recommendation.
 */
type History = 'seen' | 'lacking' | 'any';

/** A status that has not changed for so long may be one that nobody writes any more: six periods of 15 s. */
export const STALE_SECONDS = 90;
/** `--horizontal-pod-autoscaler-downscale-stabilization`, and the default of `behavior.scaleDown`. */
const DOWN_SECONDS = 300;
/** Decisions come every 15 s, looks every few seconds: by so much the edge of a window is not known. */
const EDGE_SECONDS = 20;

/**
 * Checks one status, with the pods as they were when it was decided. The largest of what the metrics ask for counts; a metric that cannot be had forbids to scale down;
 * recommendations of the stabilization windows hold it back (for down the highest of them), rates of scaling limit it
 * where the condition `ScalingLimited` says so, and last come the bounds.
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/, and
 * `pkg/controller/podautoscaler/horizontal.go`.
 * @param earlier Looks before it, from the start of the watch on, checked by the same comparison.
 */
export function checkDecision(
  { seen, pods, at }: SampleSeen,
  earlier: readonly Earlier[],
  comparison: Comparison,
): Checked {
  const { current, desired, replicas, metrics } = seen;
  const known = metrics.filter(hasValue);
  const nothing = (sentence: string): Checked => ({ outcome: 'untold', sentence, metrics: [], asked: null });

  if (current === null || desired === null) return nothing('it has decided nothing yet');
  if (seen.lags) return nothing('its status is of settings of before');
  if (seen.ageSeconds === null) return nothing('when its status was written is not known');
  if (seen.ageSeconds > STALE_SECONDS) {
    return nothing(
      `its status has not changed for ${Math.round(seen.ageSeconds)} s: whether anything still decides is not known`,
    );
  }
  for (const type of ['AbleToScale', 'ScalingActive']) {
    const condition = conditionOf(seen, type);
    if (condition === undefined) return nothing(`it has no condition ${type}`);
    if (condition.status !== 'True') {
      return nothing(`${type} is ${condition.status} (${condition.reason}: ${condition.message})`);
    }
  }

  // Beyond the bounds they alone count, and no metric is asked.
  if (current > replicas.most || (current < replicas.least && current > 0)) {
    const bound = current > replicas.most ? replicas.most : replicas.least;
    const told = { metrics: [], asked: null };
    return desired === bound
      ? { ...told, outcome: 'agrees' }
      : {
          ...told,
          outcome: 'departs',
          sentence: `${current} replicas are beyond its bounds (${boundsOf(seen)}), and it wants ${desired} instead of ${bound}`,
        };
  }

  const [first] = known;
  if (first === undefined) return nothing('none of its metrics has a value');
  const missing = metrics.filter((metric) => !hasValue(metric)).map(({ name }) => name);
  const names = known.map(({ name }) => name);
  if (missing.length > 0 && desired < current) {
    return {
      outcome: 'departs',
      metrics: names,
      asked: null,
      sentence: `it goes from ${current} down to ${desired} replicas although it has no value of ${missing.join(', ')}`,
    };
  }
  if (!pods.known) return nothing(`its pods could not be looked at: ${pods.reason}`);
  if (pods.counted !== current || pods.settled !== pods.counted) {
    return nothing(
      `of ${pods.counted} pods ${pods.settled} have been ready for 2 minutes, and it counts ${current} replicas: what it leaves out is not known`,
    );
  }

  const allMeasured = pods.measured === pods.counted;
  const asked = known.map((metric) => {
    const recommended = recommend(metric, current, toleranceOf(seen, comparison));
    const isCertain = allMeasured && (metric.kind === 'Resource' || metric.kind === 'ContainerResource');
    return isCertain ? { ...recommended, otherwise: [] } : recommended;
  });
  const exact = Math.max(...asked.map((one) => one.exact));
  const least = Math.max(...asked.map((one) => Math.min(one.exact, ...one.otherwise)));
  const others = asked.flatMap((one) => one.otherwise).filter((one) => one >= least);
  const told = { metrics: names, asked: { exact, least, most: Math.max(exact, ...others) } };
  if (missing.length > 0 && exact < current) {
    return nothing(`it has no value of ${missing.join(', ')}, and the others ask for fewer replicas`);
  }
  if (follows(exact, 'seen')) return { ...told, outcome: 'agrees' };
  const sentence = `${known.map(metricInWords).join(', ')} with ${current} replicas asks for ${exact} (bounds ${boundsOf(seen)}${heldInWords(seen)}), and it wants ${desired}`;
  if ([exact, ...others].some((one) => follows(one, 'lacking'))) {
    return { ...told, outcome: 'open', sentence: `${sentence}, as it would if pods lacked a metric` };
  }
  return [exact, ...others].some((one) => follows(one, 'any'))
    ? {
        ...told,
        outcome: 'open',
        sentence: `${sentence}, as it would if more was recommended than was seen: before anybody looked, or by a controller that began anew`,
      }
    : { ...told, outcome: 'departs', sentence };

  function follows(recommended: number, history: History): boolean {
    const range = limited(stabilized(recommended, history));
    const low = clamp(Math.min(...range));
    const high = clamp(Math.max(...range));
    return desired !== null && desired >= low && desired <= high;
  }

  /** The ends of what may be left of a recommendation by those of the stabilization windows. */
  function stabilized(recommended: number, history: History): readonly number[] {
    const able = conditionOf(seen, 'AbleToScale')?.reason;
    switch (able) {
      case 'ReadyForNewScale':
        return [recommended];
      case 'ScaleDownStabilized':
        return heldUp(recommended, history);
      case 'ScaleUpStabilized':
        return heldDown(recommended, history);
      default:
        // Where it has scaled it says so instead, and no more whether it was held back.
        return upSeconds(seen) === 0
          ? heldUp(recommended, history)
          : [...heldUp(recommended, history), ...heldDown(recommended, history)];
    }
  }

  /** By the highest recommendation of the window for scaling down; without rules of its own also upwards. */
  function heldUp(recommended: number, history: History): readonly number[] {
    const { surely, atMost, isWhole } = windowOf(downSeconds(seen), 'most', recommended, history);
    const there = current ?? recommended;
    if (seen.behavior === null) {
      if (isWhole) return [surely, history === 'any' ? Math.max(atMost, there) : atMost];
      return [recommended, history === 'any' ? replicas.most : Math.max(atMost, there)];
    }
    if (recommended >= there) return [recommended];
    if (!isWhole) return [recommended, there];
    return [Math.min(there, surely), history === 'any' ? there : Math.min(there, atMost)];
  }

  /** By the lowest recommendation of the window for scaling up. */
  function heldDown(recommended: number, history: History): readonly number[] {
    const { surely, atMost, isWhole } = windowOf(upSeconds(seen), 'least', recommended, history);
    const there = current ?? recommended;
    if (recommended <= there) return [recommended];
    if (!isWhole || history === 'any') return [there, recommended];
    return [Math.max(there, surely), Math.max(there, atMost)];
  }

  /** The worst recommendation of a window, of which the edge is not known, and whether all of it was seen. */
  function windowOf(seconds: number, worst: 'most' | 'least', recommended: number, history: History) {
    const better = worst === 'most' ? 'least' : 'most';
    const within = (span: number): readonly Earlier[] => earlier.filter((one) => at - one.at <= 1000 * span);
    const of = (looks: readonly Earlier[], end: 'most' | 'least'): number =>
      (worst === 'most' ? Math.max : Math.min)(
        recommended,
        ...looks.flatMap(({ asked: before }) => before?.[history === 'seen' ? 'exact' : end] ?? []),
      );
    const wide = within(seconds + EDGE_SECONDS);
    const isWhole =
      earlier.some((one) => at - one.at > 1000 * seconds) && wide.every((one) => one.asked !== null);
    return { surely: of(within(seconds - EDGE_SECONDS), better), atMost: of(wide, worst), isWhole };
  }

  function limited(ends: readonly number[]): readonly number[] {
    if (current === null) return ends;
    const { status, reason } = conditionOf(seen, 'ScalingLimited') ?? {};
    if (status !== 'True' || (reason !== 'ScaleUpLimit' && reason !== 'ScaleDownLimit')) return ends;
    if (reason === 'ScaleDownLimit') return [...ends, Math.max(current, ...ends)];
    // Without rules of its own: to twice of what there is, and 4 in any case.
    if (seen.behavior === null) return ends.map((one) => Math.min(one, Math.max(2 * current, 4)));
    return [...ends, Math.min(current, ...ends)];
  }

  function clamp(value: number): number {
    return Math.min(replicas.most, Math.max(replicas.least, value));
  }
}

function upSeconds({ behavior }: AutoscalerSeen): number {
  return behavior?.up.windowSeconds ?? 0;
}

function downSeconds({ behavior }: AutoscalerSeen): number {
  return behavior?.down.windowSeconds ?? DOWN_SECONDS;
}

function conditionOf({ conditions }: AutoscalerSeen, type: string): ConditionSeen | undefined {
  return conditions.find((one) => one.type === type);
}

function hasValue(metric: MetricSeen): metric is MetricSeen & { readonly current: number } {
  return metric.current !== null;
}

function boundsOf({ replicas }: AutoscalerSeen): string {
  return `${replicas.least} to ${replicas.most}`;
}

function heldInWords(seen: AutoscalerSeen): string {
  return ['AbleToScale', 'ScalingLimited']
    .map((type) => conditionOf(seen, type)?.reason)
    .filter(
      (reason) =>
        reason !== undefined &&
        !['ReadyForNewScale', 'SucceededRescale', 'DesiredWithinRange'].includes(reason),
    )
    .map((reason) => `, ${reason}`)
    .join('');
}

/** A metric and its target, for instance `cpu 140 % of 70 %`. */
export function metricInWords({ name, per, target, current }: MetricSeen): string {
  const unit = per === 'Utilization' ? ' %' : per === 'AverageValue' ? ' a pod' : '';
  return `${name} ${current ?? 'unknown'}${current === null ? '' : unit} of ${target}${unit}`;
}
