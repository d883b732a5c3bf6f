import type { AutoscalerSpec } from '../../platform/autoscaler-spec.ts';

/** What was seen of one autoscaler while one load phase ran. */
export interface AutoscalerWatch {
  /** By which the platform calls it. */
  readonly autoscaler: string;
  readonly phase: string;
  /** What the platform promised of it as the run began. */
  readonly promised: AutoscalerSpec;
  /** In the order of time. */
  readonly samples: readonly AutoscalerSample[];
  /** Why nobody looked any more; null when the watch went on until the phase ended. */
  readonly broke: string | null;
}

/** One look. `at` is monotonic milliseconds. */
export type AutoscalerSample =
  | SampleSeen
  /** The cluster has no HorizontalPodAutoscaler of that name. */
  | { readonly kind: 'absent'; readonly at: number }
  | { readonly kind: 'unread'; readonly at: number; readonly reason: string };

export interface SampleSeen {
  readonly kind: 'seen';
  readonly at: number;
  readonly seen: AutoscalerSeen;
  readonly pods: PodsSeen;
}

/** A HorizontalPodAutoscaler, its settings and what its controller wrote. */
export interface AutoscalerSeen {
  readonly replicas: { readonly least: number; readonly most: number };
  /** All that it scales by, in its order. */
  readonly metrics: readonly MetricSeen[];
  /** Null: with the defaults of the controller. */
  readonly behavior: { readonly up: RulesSeen; readonly down: RulesSeen } | null;
  /** Replicas that it decided upon, and that it decided on; null before the first decision. */
  readonly current: number | null;
  readonly desired: number | null;
  readonly conditions: readonly ConditionSeen[];
  /** Its status is of settings of before. */
  readonly lags: boolean;
  /** Since its controller last wrote something new; null when the object does not tell. */
  readonly ageSeconds: number | null;
}

export interface RulesSeen {
  /** Null: the default, 0 for up and 300 for down. */
  readonly windowSeconds: number | null;
  /** Null: the controller's, which is 0.1 by default. */
  readonly tolerance: number | null;
}

/** A metric's target, and what it was found to be; null when it could not be had. */
export interface MetricSeen {
  readonly kind: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External';
  readonly name: string;
  /** `Utilization` is percent of what the pods request, `AverageValue` is a pod's, `Value` that of all. */
  readonly per: 'Utilization' | 'AverageValue' | 'Value';
  readonly target: number;
  readonly current: number | null;
}

export interface ConditionSeen {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * The pods that it scales. Of those that count, `settled` have been ready for long enough to be measured, and of these
 * `measured` have a measurement of cpu and memory; null where the cluster does not tell.
 */
export type PodsSeen =
  | {
      readonly known: true;
      readonly counted: number;
      readonly settled: number;
      readonly measured: number | null;
    }
  | { readonly known: false; readonly reason: string };
