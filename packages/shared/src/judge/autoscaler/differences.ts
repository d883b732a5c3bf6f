import type { AutoscalerSpec, AutoscalerTarget } from '../../platform/autoscaler-spec.ts';
import type { AutoscalerSeen, MetricSeen } from './watch.ts';

/** In what an autoscaler is set otherwise than it is promised to be, as sentences. */
export function differencesOf(
  { replicas, targets }: AutoscalerSpec,
  seen: AutoscalerSeen,
): readonly string[] {
  const bounds = (['least', 'most'] as const).flatMap((end) =>
    seen.replicas[end] === replicas[end]
      ? []
      : [
          `its ${end === 'least' ? 'minReplicas' : 'maxReplicas'} is ${seen.replicas[end]}, and ${replicas[end]} is promised`,
        ],
  );
  return [...bounds, ...targets.flatMap((target) => differenceOf(target, seen.metrics))];
}

/** The metrics that an autoscaler has for a target. */
export function metricsFor(target: AutoscalerTarget, metrics: readonly MetricSeen[]): readonly MetricSeen[] {
  return metrics.filter(({ kind, name }) =>
    'resource' in target
      ? kind === 'Resource' && name === target.resource
      : kind === 'Pods' && name === target.pods,
  );
}

/** What a target is of. */
export function nameOfTarget(target: AutoscalerTarget): string {
  return 'resource' in target ? target.resource : target.pods;
}

function differenceOf(target: AutoscalerTarget, metrics: readonly MetricSeen[]): readonly string[] {
  const [per, promised] =
    'resource' in target
      ? (['Utilization', target.utilization] as const)
      : (['AverageValue', target.average] as const);
  const has = metricsFor(target, metrics);
  if (has.length === 0) {
    const among = metrics.map(({ kind, name }) => `${name} (${kind})`).join(', ') || 'nothing';
    return [`it does not scale by ${nameOfTarget(target)}, but by ${among}`];
  }
  if (has.some((metric) => metric.per === per && metric.target === promised)) return [];
  const found = has.map((metric) => `${metric.target} (${metric.per})`).join(', ');
  return [`its target of ${nameOfTarget(target)} is ${found}, and ${promised} (${per}) is promised`];
}
