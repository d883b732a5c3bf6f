import type { Prometheus } from '../../prometheus/client.ts';
import { numberOf, type Answer, type Reading } from '../../prometheus/reading.ts';
import { targetName, targetsFrom } from '../../prometheus/scrapes.ts';
import { tagOf, taggedQuery, type Tagged } from '../../prometheus/tagged.ts';
import type { GrowthReading } from '../readings.ts';
import type { Ask } from './asker.ts';
import { growthQueries, type GrowthSpan } from './growth-queries.ts';
import type { SampleJob } from './jobs.ts';

/** What the scrapes behind a reading came to: which reading has them, and what is in it. */
export interface Behind {
  readonly selector: string;
  readonly answer: Answer<Reading>;
}

/** Has the server compute the growth of a job's counters. Queries are few, and none reads a sample. */
export async function readGrowth(
  prometheus: Prometheus,
  ask: Ask,
  job: SampleJob,
  because: string,
  span: Omit<GrowthSpan, 'lateMs'>,
  behindOf: (reading: Reading) => Promise<Behind | undefined>,
  signal: AbortSignal | undefined,
): Promise<GrowthReading> {
  const sent: string[] = [];
  const put = (queries: readonly Tagged[], at: number): Promise<Answer<Reading>> => {
    const query = taggedQuery(queries);
    sent.push(query);
    return ask(() => prometheus.instant(query, at, signal));
  };
  // How late scrapes show what they show is known once the targets are.
  const first = growthQueries(job.selector, { ...span, lateMs: span.scrapeIntervalMs });
  const lost = await put(first.lost, first.at);
  const behind = lost.ok ? await behindOf(lost.value) : undefined;
  const targets = behind?.answer.ok === true ? targetsFrom(behind.answer.value.series) : [];
  const lateMs =
    targets.length === 0 ? span.scrapeIntervalMs : Math.max(...targets.map((target) => target.lateMs));
  const { at, increase, born, busiest } = growthQueries(job.selector, { ...span, lateMs });
  const [increased, bornIn, fastest] = await Promise.all([
    put(increase, at),
    put(born, at),
    lost.ok && somethingLost(lost.value) ? put([busiest], at) : undefined,
  ]);
  return {
    kind: 'growth',
    window: job.window.name,
    selector: job.selector,
    leadMs: job.leadMs,
    scrapeIntervalMs: span.scrapeIntervalMs,
    because,
    increase: increased,
    born: bornIn,
    lost: fastest === undefined ? lost : both(lost, fastest),
    ...(behind === undefined ? {} : { scrapesIn: behind.selector }),
    queries: sent,
  };
}

/** Names of the targets that a reading's series are of. */
export function targetNamesOf(reading: Reading): ReadonlySet<string> {
  return new Set(reading.series.map(({ labels }) => targetName(labels)));
}

function somethingLost({ series }: Reading): boolean {
  return series.some((one) => {
    const tag = tagOf(one);
    return (tag === 'resets' || tag === 'ended') && numberOf(one.samples[0]?.[1] ?? 0) > 0;
  });
}

function both(left: Answer<Reading>, right: Answer<Reading>): Answer<Reading> {
  if (!left.ok) return left;
  if (!right.ok) return right;
  return {
    ok: true,
    value: {
      series: [...left.value.series, ...right.value.series],
      warnings: [...left.value.warnings, ...right.value.warnings],
    },
  };
}
