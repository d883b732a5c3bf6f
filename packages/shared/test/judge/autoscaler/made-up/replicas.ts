import type { AutoscalerSeen, MetricSeen } from '../../../../src/judge/autoscaler/watch.ts';

/** What the pods that were measured use, in thousandths of a core, a byte or a request a second. */
export type Used = readonly number[];

/** What a metric asks for, and what the status shows of it. */
export interface Proposal {
  readonly replicas: number;
  readonly shown: number;
}

/**
 * `GetResourceReplicas` and `calcPlainMetricReplicas` of Kubernetes, without pods that are not ready: written after
 * `pkg/controller/podautoscaler/replica_calculator.go` (1.36) line by line, and not after what judges it.
 * @param requested By each pod; of no meaning for a metric of the pods' own.
 */
export function proposalOf(
  { per, target }: MetricSeen,
  used: Used,
  current: number,
  requested: number,
  behavior: AutoscalerSeen['behavior'],
): Proposal {
  const wanted = per === 'Utilization' ? target : Math.round(1000 * target);
  const usageOf = (total: number, pods: number): number =>
    per === 'Utilization' ? Math.trunc((100 * total) / (requested * pods)) : Math.trunc(total / pods);
  const isWithin = (ratio: number): boolean =>
    1 - (behavior?.down.tolerance ?? 0.1) <= ratio && ratio <= 1 + (behavior?.up.tolerance ?? 0.1);

  const total = used.reduce((sum, one) => sum + one, 0);
  const usage = usageOf(total, used.length);
  const ratio = usage / wanted;
  const shown = per === 'Utilization' ? usage : usage / 1000;
  const missing = current - used.length;
  if (missing === 0) {
    return { replicas: isWithin(ratio) ? current : Math.ceil(ratio * used.length), shown };
  }

  const each = per === 'Utilization' ? Math.trunc((requested * Math.max(100, wanted)) / 100) : wanted;
  const filled = ratio === 1 ? 0 : missing;
  const pods = used.length + filled;
  const anew = usageOf(total + (ratio < 1 ? filled * each : 0), pods) / wanted;
  if (isWithin(anew) || (ratio < 1 && anew > 1) || (ratio > 1 && anew < 1))
    return { replicas: current, shown };
  const replicas = Math.ceil(anew * pods);
  const turns = (anew < 1 && replicas > current) || (anew > 1 && replicas < current);
  return { replicas: turns ? current : replicas, shown };
}
