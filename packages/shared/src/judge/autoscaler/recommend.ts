import type { AutoscalerSeen, MetricSeen, RulesSeen } from './watch.ts';

/** A ratio this close to 1 changes nothing: `--horizontal-pod-autoscaler-tolerance` of the controller manager. */
const TOLERANCE = 0.1;

/** How many replicas a metric asks for. */
export interface Recommendation {
  /** When every pod has the metric. */
  readonly exact: number;
  /** When pods lack it, whatever their number: the controller then counts them so that it does less. */
  readonly otherwise: readonly number[];
}

/** Whether a ratio is so close to 1 that it changes nothing. */
export type Tolerance = (ratio: number) => boolean;

/**
 * How a controller compares a ratio with its tolerance. Since rules may have tolerances of their own (Kubernetes 1.33) it
 * is looked for between two bounds; before, its distance from 1 was compared. In floating point a ratio of exactly 1.1
 * is within the bounds, and too far by the distance. Nothing in a status says which of them has decided.
 */
export type Comparison = 'bounds' | 'distance';
export const COMPARISONS: readonly Comparison[] = ['bounds', 'distance'];

export function toleranceOf(
  { behavior }: Pick<AutoscalerSeen, 'behavior'>,
  comparison: Comparison,
): Tolerance {
  const own = [behavior?.down, behavior?.up].some((rules) => (rules?.tolerance ?? null) !== null);
  // Whoever knows tolerances of rules compares with bounds.
  if (comparison === 'distance' && !own) return (ratio) => Math.abs(1 - ratio) <= TOLERANCE;
  const by = (rules: RulesSeen | undefined): number => rules?.tolerance ?? TOLERANCE;
  const low = 1 - by(behavior?.down);
  const high = 1 + by(behavior?.up);
  return (ratio) => ratio >= low && ratio <= high;
}

/**
 * How many replicas one metric asks for, where `replicas` pods run, are ready and have been so for a while:
 * `desiredReplicas = ceil(currentReplicas × currentMetricValue / desiredMetricValue)`, and as many as there are while
 * the ratio is within the tolerance. Pods without the metric count, when that asks for fewer replicas, as at the target
 * (of a utilization: at 100 %, if the target is lower), when for more, as at 0; and they never turn the direction round.
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details, and
 * `pkg/controller/podautoscaler/replica_calculator.go`.
 */
export function recommend(
  { per, target, current, kind }: MetricSeen & { readonly current: number },
  replicas: number,
  settled: Tolerance,
): Recommendation {
  const by = (ratio: number): number => (settled(ratio) ? replicas : Math.ceil(ratio * replicas));
  if (per === 'Value') return { exact: by(current / target), otherwise: [] };
  if (kind === 'Object' || kind === 'External') {
    // What is divided among the pods is shown rounded up to a thousandth: the whole of it lies a little below.
    const all = [current, Math.max(0, current - 0.001)].map((average) =>
      settled(average / target) ? replicas : Math.ceil(thousandths(average * replicas) / thousandths(target)),
    );
    return { exact: all[0] ?? replicas, otherwise: all.slice(1) };
  }
  // As the controller has them: whole percents, and thousandths of everything else.
  const unit = per === 'Utilization' ? Math.round : thousandths;
  const [shown, wanted] = [unit(current), unit(target)];
  const ratio = shown / wanted;
  return { exact: by(ratio), otherwise: [...new Set(withoutSome())] };

  function withoutSome(): readonly number[] {
    // Nothing changes where the ratio is 1, whoever is missing.
    if (ratio === 1) return [replicas];
    const fill = ratio > 1 ? 0 : per === 'Utilization' ? Math.max(100, wanted) : wanted;
    return Array.from({ length: Math.max(0, replicas - 1) }, (_, index) => index + 1).flatMap((missing) => {
      const measured = replicas - missing;
      // What is shown was cut off: all of it together may be almost one more for each that was measured.
      return [shown * measured, (shown + 1) * measured - 1].map((all) => {
        const anew = Math.trunc((all + missing * fill) / replicas) / wanted;
        const turned = (ratio < 1 && anew > 1) || (ratio > 1 && anew < 1);
        return turned ? replicas : by(anew);
      });
    });
  }
}

function thousandths(value: number): number {
  return Math.round(value * 1000);
}
