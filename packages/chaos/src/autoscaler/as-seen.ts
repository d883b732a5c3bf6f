import { isDeepStrictEqual } from 'node:util';
import type {
  V1ObjectMeta,
  V1Pod,
  V2HorizontalPodAutoscaler,
  V2MetricSpec,
  V2MetricStatus,
} from '@kubernetes/client-node';
import type { AutoscalerSeen, MetricSeen, PodsSeen, RulesSeen } from '@ordeal/shared/judge/autoscaler/watch';
import { quantity } from '@ordeal/shared/kubernetes/quantity';

/** Ready for so long, a pod has been measured: metrics come every 15 s, of windows of up to a minute. */
const SETTLED_MS = 120_000;

/** Reads an object as the API answers it. Throws for a quantity that is none. */
export function autoscalerSeen(
  { metadata, spec, status }: V2HorizontalPodAutoscaler,
  wallMs: number,
): AutoscalerSeen {
  const written = lastWritten(metadata, 'status');
  const { behavior } = spec ?? {};
  return {
    replicas: { least: spec?.minReplicas ?? 1, most: spec?.maxReplicas ?? Number.NaN },
    metrics: (spec?.metrics ?? []).flatMap((metric) => metricSeen(metric, status?.currentMetrics ?? [])),
    behavior:
      behavior === undefined
        ? null
        : { up: rulesSeen(behavior.scaleUp), down: rulesSeen(behavior.scaleDown) },
    current: status?.currentReplicas ?? null,
    desired: status?.desiredReplicas ?? null,
    conditions: (status?.conditions ?? []).map(({ type, status: is, reason = '', message = '' }) => ({
      type,
      status: is,
      reason,
      message,
    })),
    // Its controller does not tell of which generation its status is: `observedGeneration` is always absent.
    lags: (lastWritten(metadata, undefined) ?? -Infinity) > (written ?? Infinity),
    ageSeconds: written === null ? null : (wallMs - written) / 1000,
  };
}

/** When somebody last changed the settings, or the status; null when the object does not tell. */
function lastWritten(metadata: V1ObjectMeta | undefined, part: 'status' | undefined): number | null {
  const times = (metadata?.managedFields ?? [])
    .filter(({ subresource }) => subresource === part)
    // The answer is plain JSON, whatever the type says.
    .map(({ time }) => new Date(time ?? Number.NaN).getTime())
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? null : Math.max(...times);
}

/** Those that are ending or have failed do not count. `measured` are names; undefined where nobody tells. */
export function podsSeen(
  pods: readonly V1Pod[],
  measured: ReadonlySet<string> | undefined,
  wallMs: number,
): PodsSeen {
  const counted = pods.filter(
    ({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase !== 'Failed',
  );
  const settled = counted.filter(({ status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    const since = new Date(ready?.lastTransitionTime ?? Number.NaN).getTime();
    return status?.phase === 'Running' && ready?.status === 'True' && wallMs - since >= SETTLED_MS;
  });
  const found = settled.filter(({ metadata }) => measured?.has(metadata?.name ?? ''));
  return {
    known: true,
    counted: counted.length,
    settled: settled.length,
    measured: measured === undefined ? null : found.length,
  };
}

type Rules = NonNullable<NonNullable<V2HorizontalPodAutoscaler['spec']>['behavior']>['scaleUp'];

function rulesSeen(rules: Rules): RulesSeen {
  return {
    windowSeconds: rules?.stabilizationWindowSeconds ?? null,
    tolerance: rules?.tolerance === undefined ? null : quantity(rules.tolerance),
  };
}

/** The parts of a metric that its kinds share. */
interface Parts {
  readonly kind: MetricSeen['kind'];
  readonly name: string;
  /** What tells it from others of its kind: several may be of one name, and of different series or objects. */
  readonly identity?: unknown;
  readonly values: { averageUtilization?: number; averageValue?: string; value?: string };
}

function metricSeen(written: V2MetricSpec, statuses: readonly V2MetricStatus[]): readonly MetricSeen[] {
  const spec = partsOf(written, 'target');
  if (spec === undefined) return [];
  const { kind, name, identity, values } = spec;
  // One that could not be had has an empty place in the status.
  const current = statuses
    .map((status) => partsOf(status, 'current'))
    .find(
      (one) => one?.kind === kind && one.name === name && isDeepStrictEqual(one.identity, identity),
    )?.values;
  const fields = [
    ['Utilization', 'averageUtilization'],
    ['AverageValue', 'averageValue'],
    ['Value', 'value'],
  ] as const;
  return fields.flatMap(([per, field]) => {
    const target = amount(values[field]);
    return target === null ? [] : [{ kind, name, per, target, current: amount(current?.[field]) }];
  });
}

function partsOf(metric: V2MetricSpec | V2MetricStatus, side: 'target' | 'current'): Parts | undefined {
  const of = <T extends object>(source: T | undefined): Parts['values'] =>
    ((source as Record<string, unknown> | undefined)?.[side] ?? {}) as Parts['values'];
  const { resource, containerResource, pods, object, external } = metric;
  switch (metric.type) {
    case 'Resource':
      return { kind: 'Resource', name: resource?.name ?? '', values: of(resource) };
    case 'ContainerResource':
      return {
        kind: 'ContainerResource',
        name: `${containerResource?.name} of ${containerResource?.container}`,
        values: of(containerResource),
      };
    case 'Pods':
      return {
        kind: 'Pods',
        name: pods?.metric.name ?? '',
        identity: [pods?.metric.selector],
        values: of(pods),
      };
    case 'Object':
      return {
        kind: 'Object',
        name: object?.metric.name ?? '',
        identity: [object?.metric.selector, object?.describedObject],
        values: of(object),
      };
    case 'External':
      return {
        kind: 'External',
        name: external?.metric.name ?? '',
        identity: [external?.metric.selector],
        values: of(external),
      };
    default:
      return undefined;
  }
}

function amount(written: number | string | undefined): number | null {
  if (written === undefined) return null;
  return typeof written === 'number' ? written : quantity(written);
}
