import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { collectReadings } from '@ordeal/shared/judge/collect';
import { judge } from '@ordeal/shared/judge/judge';
import { waitForScrapes } from '@ordeal/shared/prometheus/barrier';
import { createPrometheus } from '@ordeal/shared/prometheus/client';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { observationsOf } from '../../../shared/test/judge/observations-of.ts';
import { startPrometheus } from '../../../shared/test/prometheus/real-prometheus.ts';
import { surveyOf } from '../../src/init/ask-prometheus.ts';
import { fromPrometheus } from '../../src/init/from-prometheus.ts';

const SECONDS = 8;
const SCRAPE_SECONDS = 0.5;

/** A histogram of a name, of requests that each took 10 to 25 ms; of ten one failed. */
function took(name: string, unit: 'seconds' | 'milliseconds', status: string, requests: number): string {
  const bounds = unit === 'seconds' ? ['0.01', '0.025', '0.5', '+Inf'] : ['10', '25', '500', '+Inf'];
  return [
    ['200', requests * 9],
    ['503', requests],
  ]
    .flatMap(([code, count]) => [
      ...bounds.map(
        (le, place) => `${name}_bucket{${status}="${code}",le="${le}"} ${place === 0 ? 0 : count}`,
      ),
      `${name}_count{${status}="${code}"} ${count}`,
    ])
    .join('\n');
}

/** What each job shows once so many requests have failed. */
const jobs: Readonly<Record<string, (failed: number) => string>> = {
  opentelemetry: (failed) =>
    took('http_server_request_duration_seconds', 'seconds', 'http_response_status_code', failed),
  'older-opentelemetry': (failed) =>
    took('http_server_duration_milliseconds', 'milliseconds', 'http_status_code', failed),
  micrometer: (failed) => took('http_server_requests_seconds', 'seconds', 'status', failed),
  istio: (failed) =>
    [
      took('istio_request_duration_milliseconds', 'milliseconds', 'response_code', failed),
      `istio_requests_total{response_code="200"} ${failed * 9}`,
      `istio_requests_total{response_code="503"} ${failed}`,
    ].join('\n'),
  classes: (failed) =>
    [
      `http_requests_total{code="2XX"} ${failed * 9}`,
      `http_requests_total{code="5XX"} ${failed}`,
      took('http_request_duration_microseconds', 'seconds', 'code', failed),
      took('http_request_duration_seconds', 'seconds', 'code', failed),
    ].join('\n'),
};

describe('what init proposes of a real Prometheus', { timeout: 120_000 }, () => {
  it('is judged as it is: a tenth failed, and 95 of 100 took at most 25 ms', async () => {
    let failed = 5;
    const growing = setInterval(() => (failed += 1), 20);
    const server = createServer(({ url = '' }, response) => {
      const job = url.slice('/metrics?job='.length);
      response.end(`${jobs[job]?.(failed) ?? ''}\n`);
    });
    const prometheus = await startScraping();
    try {
      const settings = { url: prometheus.url, scrapeIntervalSeconds: SCRAPE_SECONDS, targets: [] };
      const survey = surveyOf(settings);
      const proposals = await Promise.all(
        (await survey.jobs(undefined)).map(async (job) => {
          const { found, leftOut } = await survey.histograms(job);
          return { job, leftOut, ...fromPrometheus({ ...settings, access: {}, job, histograms: found }) };
        }),
      );
      expect(proposals.map(({ job }) => job.name)).toEqual(Object.keys(jobs).toSorted());
      expect(proposals.find(({ job }) => job.name === 'classes')?.leftOut).toEqual([
        { name: 'http_request_duration_microseconds', why: expect.stringContaining('in microseconds') },
      ]);

      const anchor = anchorOf(systemClock);
      await systemClock.sleep(SECONDS * 1000);
      const [from, to] = [new Date(anchor.wallMs), new Date(anchor.wallMs + SECONDS * 1000)];
      const window = {
        name: 'w',
        phase: 'w',
        from: from.toISOString(),
        to: to.toISOString(),
        monotonicFrom: anchor.monotonicMs,
        monotonicTo: anchor.monotonicMs + SECONDS * 1000,
      };
      const assignments = proposals.flatMap(({ job, objectives }) =>
        Object.entries(objectives).map(([name, objective]) => ({
          objectiveName: `${job.name}: ${name}`,
          objective,
          window: 'w',
        })),
      );
      const client = createPrometheus(settings, systemClock);
      const targets = proposals.flatMap((one) => one.targets);
      const barrier = { clock: systemClock, deadlineMs: 5000 };
      await waitForScrapes(client, { ...settings, targets }, to.getTime(), barrier);
      const readings = await collectReadings(client, settings, assignments, [window]);
      const findings = judge(observationsOf({ anchor, assignments, windows: [window], readings }));
      const seen = Object.fromEntries(
        findings.map((one) => [one.objective, [one.outcome, 'value' in one ? one.value : one]]),
      );
      const names = Object.keys(jobs).flatMap((job) => [`${job}: server errors`, `${job}: server p95`]);
      expect(Object.keys(seen).toSorted()).toEqual(names.toSorted());
      for (const job of Object.keys(jobs)) {
        expect(seen[`${job}: server p95`]).toEqual(['pass', { low: 10, high: 25 }]);
        const [outcome, value] = seen[`${job}: server errors`] as [string, { low: number; high: number }];
        expect([job, outcome]).toEqual([job, 'fail']);
        expect(value.low).toBeLessThanOrEqual(0.1 + 1e-9);
        expect(value.high).toBeGreaterThanOrEqual(0.1 - 1e-9);
        expect(value.high - value.low).toBeLessThan(0.05);
      }
    } finally {
      clearInterval(growing);
      await prometheus.stop();
      server.close();
    }

    async function startScraping() {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      return startPrometheus(
        SCRAPE_SECONDS * 1000,
        Object.keys(jobs).map((job) => ({ job, targets: [target], params: { job: [job] } })),
      );
    }
  });
});
