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
function server(lastScrapes: (wallMs: number) => Readonly<Record<string, number>>, spacingMs = 0) {
  const clock = createVirtualClock({ now: 5_000_000, wall: 10_000 });
  const asked: string[] = [];
  const prometheus: Pick<Prometheus, 'instant'> = {
    instant: async (query) => {
      asked.push(query);
      const recent = query.includes('last_over_time');
      const series = Object.entries(lastScrapes(recent ? 0 : clock.wall())).map(([instance, at]) => ({
        labels: { job: 'api', instance, ordeal: recent ? '0 recent' : '0' },
        samples: [[clock.wall(), recent ? 1 : at / 1000] as const],
      }));
      if (recent && spacingMs > 0) {
        series.push({ labels: { job: '', instance: '', ordeal: '0 spacing' }, samples: [[0, spacingMs]] });
      }
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
  expect(asked.at(-1)).toBe(
    'label_replace(min by (job, instance) (timestamp(up{job="api"})), "ordeal", "0", "", "")',
  );
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

test('a target that is scraped more seldom than the settings say is waited for, but not for ever', async () => {
  const seldom = server((now) => ({ a: now, b: now < 30_000 ? 0 : 30_000 }), 20_000);
  expect(await seldom.wait(3000)).toMatchObject({ covered: true, problems: [] });
  const never = server((now) => ({ a: now, b: 0 }), 3_600_000);
  expect(await never.wait(3000)).toMatchObject({ covered: false });
  expect(never.clock.wall()).toBeLessThanOrEqual(10_000 + 120_000);
});

test('a Prometheus that hangs while it is waited for costs no more than the deadline', async () => {
  const clock = createVirtualClock({ now: 0, wall: 10_000 });
  const hung: Pick<Prometheus, 'instant'> = { instant: () => new Promise(() => undefined) };
  const barrier = await waitForScrapes(hung as Prometheus, settings, 10_500, { clock, deadlineMs: 3000 });
  expect(barrier.covered).toBe(false);
  expect(barrier.problems.join()).toContain('API');
  expect(clock.wall()).toBeLessThanOrEqual(13_001);
});

test('forty watched targets are two queries, and a refused one names whose fault it was', async () => {
  const clock = createVirtualClock({ now: 0, wall: 10_000 });
  const asked: string[] = [];
  const many = {
    ...settings,
    targets: Array.from({ length: 40 }, (_, index) => ({
      name: `T${index}`,
      selector: `up{job="j${index}"}`,
      least: 1,
    })),
  };
  const refusing = (bad: string): Prometheus =>
    ({
      instant: async (query) => {
        asked.push(query);
        if (query.includes(bad))
          return { ok: false, error: { kind: 'refused-query', message: 'no such thing' } };
        const series = [...query.matchAll(/"ordeal", "(\d+)"/g)].map(([, tag = '']) => ({
          labels: { job: 'j', instance: tag, ordeal: tag },
          samples: [[0, clock.wall() / 1000] as const],
        }));
        return { ok: true, value: { series, warnings: [] } };
      },
    }) satisfies Pick<Prometheus, 'instant'> as unknown as Prometheus;
  const wait = (bad: string) => waitForScrapes(refusing(bad), many, 10_000, { clock, deadlineMs: 0 });
  expect(await wait('nobody')).toEqual({ covered: true, problems: [], gone: [] });
  expect(asked.filter((query) => query.includes('min by'))).toHaveLength(2);
  expect((await wait('up{job="j7"}')).problems).toEqual(['T7: no such thing']);
});
