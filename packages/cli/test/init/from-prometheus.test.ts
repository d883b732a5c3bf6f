import { expect, it } from 'vitest';
import { fromPrometheus } from '../../src/init/from-prometheus.ts';

const facts = {
  url: 'http://prometheus.example',
  scrapeIntervalSeconds: 15,
  jobs: { shop: 3, 'node/a': 1 },
  counters: [
    { name: 'prometheus_http_requests_total', labels: { job: ['prometheus'], code: ['200'] } },
    { name: 'jobs_requests_total', labels: { job: ['worker'], kind: ['mail'] } },
    { name: 'http_requests_total', labels: { job: ['shop'], code: ['200', '503'] } },
  ],
  histograms: [{ name: 'http_request_duration_seconds', jobs: ['shop'], bounds: [Infinity, 0.1, 0.75, 2] }],
};

it('proposes signals of what is there, with a limit that is a bucket bound', () => {
  expect(fromPrometheus(facts)).toMatchObject({
    targets: [
      { name: 'shop', selector: 'up{job="shop"}', least: 3 },
      { name: 'node-a', selector: 'up{job="node/a"}', least: 1 },
    ],
    objectives: {
      'server errors': {
        signal: {
          bad: 'http_requests_total{job="shop",code=~"5.."}',
          all: 'http_requests_total{job="shop"}',
        },
      },
      'server p95': {
        signal: { histogram: 'http_request_duration_seconds', matchers: 'job="shop"' },
        limit: 750,
      },
    },
  });
});

it('proposes none where nothing of the kind is there', () => {
  expect(fromPrometheus({ ...facts, counters: [], histograms: [] }).objectives).toEqual({});
});

it('names jobs as a platform file can, whatever they are called', () => {
  const jobs = { '': 1, '-odd "job"': 2 };
  expect(fromPrometheus({ ...facts, jobs }).targets).toEqual([
    { name: '_odd -job-', selector: 'up{job="-odd \\"job\\""}', least: 2 },
  ]);
});
