import { expect, test } from 'vitest';
import { waitForScrapes } from '../../src/prometheus/barrier.ts';
import type { Prometheus } from '../../src/prometheus/client.ts';
import { createVirtualClock } from '../../src/testing/virtual-clock.ts';

const settings = {
  url: 'http://x',
  scrapeIntervalSeconds: 1,
  targets: [{ name: 'API', selector: 'up{job="api"} == 1', least: 2 }],
};

/** A Prometheus whose targets were last scraped at these wall-clock milliseconds, for a given time. */
function server(lastScrapes: (wallMs: number) => Readonly<Record<string, number>>) {
  const clock = createVirtualClock({ now: 5_000_000, wall: 10_000 });
  const asked: string[] = [];
  const prometheus: Pick<Prometheus, 'instant'> = {
    instant: async (query) => {
      asked.push(query);
      const recent = query.startsWith('count');
      const series = Object.entries(lastScrapes(recent ? 0 : clock.wall())).map(([instance, at]) => ({
        labels: { job: 'api', instance },
        samples: [[clock.wall(), recent ? 1 : at / 1000] as const],
      }));
      return { ok: true, value: { series, warnings: [] } };
    },
  };
  const wait = (deadlineMs: number) =>
    waitForScrapes(prometheus as Prometheus, settings, 10_500, { clock, deadlineMs });
  return { clock, asked, wait };
}

test('waits until the slowest target was scraped after the instant', async () => {
  const { clock, wait, asked } = server((now) => ({ a: now, b: Math.max(9000, now - 1200) }));
  expect(await wait(10_000)).toEqual({ covered: true, problems: [], gone: [] });
  expect(clock.wall()).toBeGreaterThanOrEqual(11_700);
  expect(clock.wall()).toBeLessThan(12_000);
  expect(asked.at(-1)).toBe('min by (job, instance) (timestamp(up{job="api"}))');
});

test('does not wait for a target that is gone, and names it', async () => {
  const { clock, wait } = server((now) => (now < 10_000 ? { a: 1, b: 1 } : { a: now }));
  expect(await wait(10_000)).toEqual({ covered: true, problems: [], gone: ['API (api b)'] });
  expect(clock.wall()).toBeLessThan(11_000);
});

test('gives up at its deadline, and says who lags behind', async () => {
  const { clock, wait } = server((now) => ({ a: now, b: 9500 }));
  expect(await wait(3000)).toEqual({
    covered: false,
    problems: ['API (api b): its last scrape lies 1.0 s before the end of what is judged'],
    gone: [],
  });
  expect(clock.wall()).toBeLessThanOrEqual(13_000);
});

test('no live series at all is said too', async () => {
  expect((await server(() => ({})).wait(1000)).gone).toEqual(['API (no live series)']);
});
