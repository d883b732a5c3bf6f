import type { V1Pod, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { autoscalerSeen, podsSeen } from '../../src/autoscaler/as-seen.ts';
import { quantity } from '@ordeal/shared/kubernetes/quantity';

const now = Date.parse('2026-01-01T12:00:00Z');

describe('a HorizontalPodAutoscaler', () => {
  it('is read as the API answers it, an empty place for a metric that could not be had', () => {
    const answered = {
      metadata: {
        managedFields: [
          { subresource: 'status', time: '2026-01-01T11:59:30Z' },
          { subresource: 'status', time: '2026-01-01T11:59:50Z' },
          { time: '2026-01-01T11:59:50Z' },
          { time: '2026-01-01T11:00:00Z' },
        ],
      },
      spec: {
        maxReplicas: 10,
        scaleTargetRef: { kind: 'Deployment', name: 'api' },
        behavior: { scaleDown: { stabilizationWindowSeconds: 60, tolerance: '50m' } },
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
          {
            type: 'Pods',
            pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '100' } },
          },
          {
            type: 'External',
            external: { metric: { name: 'queue' }, target: { type: 'Value', value: '1500m' } },
          },
        ],
      },
      status: {
        currentReplicas: 0,
        desiredReplicas: 4,
        currentMetrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', current: { averageUtilization: 0, averageValue: '0' } },
          },
          { type: '' },
          { type: 'External', external: { metric: { name: 'queue' }, current: { value: '2k' } } },
        ],
        conditions: [{ type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' }],
      },
    } as unknown as V2HorizontalPodAutoscaler;
    expect(autoscalerSeen(answered, now)).toEqual({
      replicas: { least: 1, most: 10 },
      metrics: [
        { kind: 'Resource', name: 'cpu', per: 'Utilization', target: 70, current: 0 },
        { kind: 'Pods', name: 'requests', per: 'AverageValue', target: 100, current: null },
        { kind: 'External', name: 'queue', per: 'Value', target: 1.5, current: 2000 },
      ],
      behavior: {
        up: { windowSeconds: null, tolerance: null },
        down: { windowSeconds: 60, tolerance: 0.05 },
      },
      current: 0,
      desired: 4,
      conditions: [{ type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: '' }],
      lags: false,
      ageSeconds: 10,
    });
  });

  it('that was set anew has a status of settings of before, until its controller writes one', () => {
    const at = (...managedFields: readonly { subresource?: string; time: string }[]) =>
      autoscalerSeen({ metadata: { managedFields } } as unknown as V2HorizontalPodAutoscaler, now).lags;
    const status = { subresource: 'status', time: '2026-01-01T11:59:50Z' };
    expect(at(status, { time: '2026-01-01T11:59:51Z' })).toBe(true);
    expect(at({ ...status, time: '2026-01-01T11:59:52Z' }, { time: '2026-01-01T11:59:51Z' })).toBe(false);
    expect(at({ time: '2026-01-01T11:59:51Z' })).toBe(false);
  });

  it('that scales by several series of one name is read with the value of each', () => {
    const series = (tier: string) => ({ name: 'queue', selector: { matchLabels: { tier } } });
    const answered = {
      spec: {
        maxReplicas: 10,
        metrics: ['gold', 'free'].map((tier) => ({
          type: 'External',
          external: { metric: series(tier), target: { type: 'Value', value: '10' } },
        })),
      },
      status: {
        currentMetrics: [
          { type: '' },
          { type: 'External', external: { metric: series('free'), current: { value: '30' } } },
        ],
      },
    } as unknown as V2HorizontalPodAutoscaler;
    expect(autoscalerSeen(answered, now).metrics.map(({ current }) => current)).toEqual([null, 30]);
  });

  it('that was just made has decided nothing', () => {
    const answered = { metadata: {}, spec: { maxReplicas: 3 } } as unknown as V2HorizontalPodAutoscaler;
    expect(autoscalerSeen(answered, now)).toMatchObject({
      metrics: [],
      behavior: null,
      current: null,
      desired: null,
      ageSeconds: null,
      lags: false,
    });
  });
});

describe('its pods', () => {
  const pod = (name: string, since: string, more: object = {}, ready = 'True'): V1Pod =>
    ({
      metadata: { name, ...more },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready, lastTransitionTime: since }] },
    }) as unknown as V1Pod;
  const old = '2026-01-01T11:00:00Z';

  it('count unless they are ending or have failed, and are settled two minutes after they got ready', () => {
    const failed = { metadata: { name: 'f' }, status: { phase: 'Failed' } } as V1Pod;
    const pending = { metadata: { name: 'g' }, status: { phase: 'Pending' } } as V1Pod;
    const pods = [
      pod('a', old),
      pod('b', '2026-01-01T11:58:00Z'),
      pod('c', '2026-01-01T11:58:01Z'),
      pod('d', old, {}, 'False'),
      pod('e', old, { deletionTimestamp: old }),
      failed,
      pending,
    ];
    expect(podsSeen(pods, new Set(['a', 'b', 'c', 'e', 'gone']), now)).toEqual({
      known: true,
      counted: 5,
      settled: 2,
      measured: 2,
    });
    expect(podsSeen(pods, undefined, now)).toMatchObject({ measured: null });
  });
});

describe('a quantity', () => {
  it.each([
    ['0', 0],
    ['100', 100],
    ['250m', 0.25],
    ['1Gi', 2 ** 30],
    ['1.5k', 1500],
    ['1e3', 1000],
    ['2E', 2e18],
    ['-5', -5],
  ])('%s is %d', (written, value) => {
    expect(quantity(written)).toBeCloseTo(value);
  });

  it.each(['', 'm', '5 m', '5i', '1..2', 'much'])('"%s" is none', (written) => {
    expect(() => quantity(written)).toThrow('is no quantity of Kubernetes');
  });
});
