import { setFlagsFromString } from 'node:v8';
import { collectReadings } from '@ordeal/shared/judge/collect';
import { judge } from '@ordeal/shared/judge/judge';
import type { Observations } from '@ordeal/shared/judge/observations';
import { createPrometheus, type Prometheus } from '@ordeal/shared/prometheus/client';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { naiveQueries, objectives, SCRAPE_SECONDS, WINDOW_SECONDS } from './judge-data.ts';

/*
 * One judgement in a process of its own, so that its memory is its own: reads and judges, or asks one query an
 * objective, and prints what it took as JSON.
 */

// As `bin/ordeal.js` does.
setFlagsFromString('--semi-space-growth-factor=1');

const [url = '', end = '', way = 'ordeal'] = process.argv.slice(2);
const to = Number(end) * 1000;
const settings = { url, scrapeIntervalSeconds: SCRAPE_SECONDS, targets: [] };
let queries = 0;
const prometheus = counting(createPrometheus(settings, systemClock));
const started = performance.now();

if (way === 'naive') {
  const list = naiveQueries();
  let next = 0;
  let answered = 0;
  const ask = async (): Promise<void> => {
    for (let query = list[next]; query !== undefined; query = list[next]) {
      next += 1;
      const answer = await prometheus.instant(query, to);
      if (answer.ok && answer.value.series.length > 0) answered += 1;
    }
  };
  await Promise.all([ask(), ask(), ask(), ask()]);
  print({ answered, ms: performance.now() - started });
} else {
  const window = {
    name: 'w',
    phase: 'w',
    from: new Date(to - WINDOW_SECONDS * 1000).toISOString(),
    to: new Date(to).toISOString(),
    monotonicFrom: 0,
    monotonicTo: WINDOW_SECONDS * 1000,
  };
  const assignments = Object.entries(objectives()).map(([objectiveName, objective]) => ({
    objectiveName,
    objective,
    window: 'w',
  }));
  const readings = await collectReadings(prometheus, settings, assignments, [window]);
  const read = performance.now();
  const memoryAfterReading = process.resourceUsage().maxRSS;
  const observations: Observations = {
    anchor: { monotonicMs: 0, wallMs: to - WINDOW_SECONDS * 1000 },
    assignments,
    windows: [window],
    intervals: [],
    readings,
    loads: [],
    generatorBroke: null,
    experiments: [],
    drills: [],
    smoke: null,
    observerProblems: [],
    end: { how: 'finished' },
  };
  const findings = judge(observations);
  const judged = performance.now();
  const memory = process.resourceUsage().maxRSS;
  const series = readings.flatMap((one) =>
    (one.kind === 'samples' || one.kind === 'scrapes') && one.answer.ok ? one.answer.value.series : [],
  );
  print({
    answered: findings.filter(({ outcome }) => outcome === 'pass').length,
    others: findings
      .filter(({ outcome }) => outcome !== 'pass')
      .map(({ objective, explanation }) => `${objective}: ${explanation}`),
    ms: judged - started,
    readMs: read - started,
    judgeMs: judged - read,
    memory,
    memoryAfterReading,
    series: series.length,
    samples: series.reduce((sum, one) => sum + one.samples.length, 0),
    jsonBytes: readings.reduce((sum, reading) => sum + JSON.stringify(reading).length + 1, 0),
  });
}

function print(figures: Readonly<Record<string, unknown>>): void {
  const memory = process.resourceUsage().maxRSS;
  process.stdout.write(`${JSON.stringify({ memory, queries, ...figures })}\n`);
}

/** Counts what is asked. */
function counting(of: Prometheus): Prometheus {
  return {
    ...of,
    instant: (...asked) => {
      queries += 1;
      return of.instant(...asked);
    },
    rawSamples: (...asked) => {
      queries += 1;
      return of.rawSamples(...asked);
    },
  };
}
