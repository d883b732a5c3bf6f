import { describe, expect, it } from 'vitest';
import { chooseJob, type JobFacts } from '../../src/init/choose-job.ts';
import { likeliestFirst, statusLabelOf, unitOf } from '../../src/init/request-metrics.ts';

const job = (name: string, signals: 0 | 1 | 2 = 2): JobFacts => ({
  name,
  live: 1,
  counters: signals > 0 ? [{ name: 'http_requests_total', status: 'code' }] : [],
  histograms: signals > 1 ? ['http_request_duration_seconds'] : [],
});

describe('the job of the platform', () => {
  it.each([
    'apiserver',
    'kubelet',
    'kube-state-metrics',
    'kubernetes-pods',
    'kube-system/anything',
    'node',
    'node-exporter',
    'blackbox_exporter',
    'postgres-exporter-2',
    'coredns',
    'etcd',
    'prometheus',
    'prometheus-k8s',
    'monitoring/prometheus-k8s',
    'alertmanager-main',
    'grafana',
    'monitor-kube-prometheus-stack-operator',
    'pushgateway',
    'thanos-query',
  ])('is never %s', (name) => {
    expect(chooseJob([job(name)], 'shop', undefined)).toEqual({ kind: 'none' });
    // Unless somebody says so.
    expect(chooseJob([job(name)], 'shop', name)).toMatchObject({ kind: 'one' });
  });

  it.each(['shop', 'nodes-of-thought', 'default/shop', 'prometheusshop', 'grafanalike'])(
    'may be %s',
    (name) => {
      expect(chooseJob([job(name, 0), job('apiserver')], 'other', undefined)).toMatchObject({
        kind: 'one',
        job: { name },
      });
    },
  );

  it('is the one that was named, that has most of the signals, or that is called so', () => {
    const jobs = [job('cart', 1), job('shop'), job('billing')];
    expect(chooseJob(jobs, 'shop', undefined)).toMatchObject({ kind: 'one', job: { name: 'shop' } });
    expect(chooseJob(jobs, 'shop', 'cart')).toMatchObject({ kind: 'one', job: { name: 'cart' } });
    expect(chooseJob(jobs, 'cart', undefined)).toMatchObject({
      kind: 'several',
      jobs: [{ name: 'shop' }, { name: 'billing' }],
    });
    expect(chooseJob(jobs, 'shop', 'other')).toEqual({ kind: 'none' });
    expect(chooseJob([], 'shop', undefined)).toEqual({ kind: 'none' });
  });
});

describe('metrics of requests', () => {
  it('are those that a platform answers', () => {
    expect(
      likeliestFirst([
        'prometheus_http_requests_total',
        'grpc_requests_total',
        'http_client_requests_total',
        'shop_http_requests_total',
        'http_requests_total',
        'http_requests_total',
        'go_gc_duration_seconds',
        'job_seconds',
      ]),
    ).toEqual(['http_requests_total', 'shop_http_requests_total', 'grpc_requests_total']);
  });

  it('have a status by which failures are told apart', () => {
    expect(statusLabelOf([{ code: 'ok', status_code: '200' }])).toBe('status_code');
    expect(statusLabelOf([{ code: '5xx' }, { status: 'mail' }])).toBe('code');
    expect(statusLabelOf([{ code: '5XX' }])).toBe('code');
    expect(statusLabelOf([{ response_code: '503' }])).toBe('response_code');
    expect(statusLabelOf([{ kind: '200' }])).toBeUndefined();
  });

  it('have their unit in their name', () => {
    const names = ['a_seconds', 'istio_milliseconds', 'http_ms', 'a_microseconds', 'a_ns', 'seconds'];
    const units = ['seconds', 'milliseconds', 'milliseconds', 'microseconds', 'nanoseconds', 'seconds'];
    expect(names.map(unitOf)).toEqual(units);
    expect(['forms', 'cms_bytes', 'request_duration', 'parsecs'].map(unitOf)).not.toContain('milliseconds');
  });
});
