import { expect, it } from 'vitest';
import { selectorText } from '@ordeal/shared/platform/selector-text';
import { fromPrometheus } from '../../src/init/from-prometheus.ts';

const facts = {
  url: 'http://prometheus.example',
  access: {},
  scrapeIntervalSeconds: 15,
  job: {
    name: 'shop',
    live: 3,
    counters: [{ name: 'http_requests_total', status: 'code' }],
    histograms: ['http_request_duration_seconds'],
  },
  histograms: [
    { name: 'http_request_duration_seconds', unit: 'seconds' as const, bounds: [Infinity, 0.1, 0.75, 2] },
  ],
};

it('proposes signals of what is there, with a limit that is a bucket bound', () => {
  expect(fromPrometheus(facts)).toMatchObject({
    targets: [{ name: 'shop', selector: 'up{job="shop"}', least: 3 }],
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

it('says of a histogram in milliseconds that it is one', () => {
  const name = 'istio_request_duration_milliseconds';
  const histograms = [{ name, unit: 'milliseconds' as const, bounds: [10, 25, 500, 1000, Infinity] }];
  expect(fromPrometheus({ ...facts, histograms }).objectives).toMatchObject({
    'server p95': { signal: { histogram: name, observedIn: 'milliseconds' }, limit: 500 },
  });
});

it('selects a counter whose name goes into quotes alone as an objective takes it', () => {
  const job = { ...facts.job, counters: [{ name: 'http.server.requests_total', status: 'code' }] };
  const { objectives } = fromPrometheus({ ...facts, job });
  const all = '{__name__="http.server.requests_total",job="shop"}';
  const bad = '{__name__="http.server.requests_total",job="shop",code=~"5.."}';
  expect(objectives).toMatchObject({ 'server errors': { signal: { bad, all } } });
  for (const selector of [bad, all]) expect(selectorText.safeParse(selector).error).toBeUndefined();
});

it('proposes none where nothing of the kind is there, and no target where there is no job', () => {
  const bare = { ...facts.job, counters: [], histograms: [] };
  expect(fromPrometheus({ ...facts, job: bare, histograms: [] }).objectives).toEqual({});
  expect(fromPrometheus({ ...facts, job: undefined, histograms: [] })).toMatchObject({
    targets: [],
    objectives: {},
  });
});

it('names a job as a platform file can, whatever it is called', () => {
  const job = { ...facts.job, name: '-odd "job"', live: 2 };
  expect(fromPrometheus({ ...facts, job }).targets).toEqual([
    { name: '_odd -job-', selector: 'up{job="-odd \\"job\\""}', least: 2 },
  ]);
});
