import type {
  AutoscalerSample,
  AutoscalerSeen,
  ConditionSeen,
  MetricSeen,
} from '../../../src/judge/autoscaler/watch.ts';

export const cpu = (current: number | null, target = 70): MetricSeen => ({
  kind: 'Resource',
  name: 'cpu',
  per: 'Utilization',
  target,
  current,
});
export const memory = (current: number | null): MetricSeen => ({ ...cpu(current, 80), name: 'memory' });
export const requests = (current: number | null): MetricSeen => ({
  kind: 'Pods',
  name: 'requests',
  per: 'AverageValue',
  target: 100,
  current,
});

/** As the controller writes them. */
export function conditions({
  active = 'True',
  able = 'ReadyForNewScale',
  limited = 'DesiredWithinRange',
}: {
  active?: string;
  able?: string;
  limited?: string;
}): readonly ConditionSeen[] {
  const message = '';
  return [
    { type: 'AbleToScale', status: 'True', reason: able, message },
    {
      type: 'ScalingActive',
      status: active,
      reason: active === 'True' ? 'ValidMetricFound' : 'FailedGetPodsMetric',
      message: active === 'True' ? message : 'no custom metrics API',
    },
    {
      type: 'ScalingLimited',
      status: limited === 'DesiredWithinRange' ? 'False' : 'True',
      reason: limited,
      message,
    },
  ];
}

export function seenWith(more: Partial<AutoscalerSeen> = {}): AutoscalerSeen {
  return {
    replicas: { least: 2, most: 10 },
    metrics: [cpu(70), memory(80), requests(100)],
    behavior: null,
    current: 4,
    desired: 4,
    conditions: conditions({}),
    lags: false,
    ageSeconds: 5,
    ...more,
  };
}

export function look(
  seen: AutoscalerSeen,
  at = 0,
  counted = seen.current ?? 0,
  measured: number | null = counted,
): AutoscalerSample {
  return { kind: 'seen', at, seen, pods: { known: true, counted, settled: counted, measured } };
}
