import { createPrometheus, type Prometheus } from '@ordeal/shared/prometheus/client';
import type { HistogramUnit } from '@ordeal/shared/objectives/signal';
import type { PrometheusSettings } from '@ordeal/shared/platform/platform';
import { parseDuration } from '@ordeal/shared/time/duration';
import { systemClock } from '@ordeal/shared/time/system-clock';
import {
  numberOf,
  type Answer,
  type PrometheusError,
  type RawSeries,
} from '@ordeal/shared/prometheus/reading';
import { isPlainName } from '@ordeal/shared/prometheus/selector';
import { FOREIGN_JOBS, type JobFacts } from './choose-job.ts';
import type { LeftOut } from './left-out.ts';
import {
  likeliestFirst,
  selectorOf,
  STATUS_LABELS,
  statusLabelOf,
  TIMES,
  unitOf,
} from './request-metrics.ts';

/** More histograms of one job are not looked at. */
const MOST = 20;
const ODD_NAME =
  'in an objective the name of a histogram is made of letters, digits, _ and :, but a signal of measure "promql" takes any';

/** A Prometheus that does not answer, and whether that is for who asks. */
export class NoAnswer extends Error {
  readonly isForAsker: boolean;
  constructor({ message, status }: PrometheusError) {
    super(message);
    this.isForAsker = status === 401 || status === 403;
  }
}

/** A histogram, with the upper bounds of its buckets. */
export interface HistogramFacts {
  readonly name: string;
  /** What these are in. */
  readonly unit: HistogramUnit;
  readonly bounds: readonly number[];
}

/** What a Prometheus has. Only reads. Rejects with `NoAnswer`. */
export interface Survey {
  /** Every live job, and every one that has metrics of requests; without the cluster's, unless one was named. */
  jobs(named: string | undefined): Promise<readonly JobFacts[]>;
  /** A job's histograms in the same order, as far as they can be asked about and judged. */
  histograms(
    job: JobFacts,
  ): Promise<{ readonly found: readonly HistogramFacts[]; readonly leftOut: readonly LeftOut[] }>;
  /** How often a job is scraped (s); undefined where the server does not tell. */
  scrapeInterval(job: JobFacts): Promise<number | undefined>;
}

export function surveyOf(settings: PrometheusSettings): Survey {
  const prometheus: Prometheus = createPrometheus(settings, systemClock);
  const ask = async (query: string): Promise<readonly RawSeries[]> =>
    taken(await prometheus.instant(query)).series;

  return {
    jobs: async (named) => {
      const matcher =
        named === undefined ? `job!="",job!~${JSON.stringify(FOREIGN_JOBS)}` : `job=${JSON.stringify(named)}`;
      const status = ['job', '__name__', ...STATUS_LABELS].join(', ');
      const [live, counters, counts, histograms] = await Promise.all([
        ask('count by (job) (up == 1)'),
        ask(`count by (${status}) ({__name__=~".*requests?_total",${matcher}})`),
        ask(`count by (${status}) ({__name__=~"${TIMES}_count",${matcher}})`),
        ask(`count by (job, __name__) ({__name__=~"${TIMES}_bucket",${matcher}})`),
      ]);
      const names = new Set([...live, ...counters, ...counts, ...histograms].map(jobOf));
      return [...names].toSorted().map((name) => ({
        name,
        live: live.filter((one) => jobOf(one) === name).reduce((sum, one) => sum + countOf(one), 0),
        // Where nothing counts requests by their status, a histogram of their times may.
        counters: [counters, counts].flatMap((ones) => countersIn(ones.filter((one) => jobOf(one) === name))),
        histograms: likeliestFirst(
          histograms.filter((one) => jobOf(one) === name).map((one) => nameOf(one).replace(/_bucket$/, '')),
        ),
      }));
    },
    histograms: async ({ name: job, histograms }) => {
      const timed = histograms.map((name) => ({ name, unit: unitOf(name) }));
      const [known, others] = [timed.filter(isJudged), timed.filter((one) => !isJudged(one))];
      const plain = known.filter(({ name }) => isPlainName(name)).slice(0, MOST);
      const answers = await Promise.all(
        plain.map(async ({ name, unit }) => {
          const buckets = selectorOf(`${name}_bucket`, `job=${JSON.stringify(job)}`);
          return { name, unit, answer: await prometheus.instant(`count by (le) (${buckets})`) };
        }),
      );
      return {
        found: answers.flatMap(({ name, unit, answer }) =>
          answer.ok ? [{ name, unit, bounds: answer.value.series.map(boundOf) }] : [],
        ),
        leftOut: [
          ...known.filter(({ name }) => !isPlainName(name)).map(({ name }) => ({ name, why: ODD_NAME })),
          ...others.map(({ name, unit = 'no known unit' }) => ({
            name,
            why: `it counts in ${unit}, and an objective takes seconds or milliseconds`,
          })),
          ...answers.flatMap(({ name, answer }) => (answer.ok ? [] : [{ name, why: answer.error.message }])),
        ],
      };
    },
    scrapeInterval: async ({ name }) => {
      const targets = await prometheus.targets();
      // Only Prometheus itself has these, and what is compatible with it has not.
      if (!targets.ok) return undefined;
      const seconds = targets.value
        .filter(({ labels }) => labels['job'] === name)
        .flatMap(({ scrapeInterval }) => {
          const parsed = parseDuration(scrapeInterval ?? '');
          return parsed.ok ? [parsed.seconds] : [];
        });
      // The longest: windows must hold enough scrapes of every target.
      return seconds.length === 0 ? undefined : Math.max(...seconds);
    },
  };
}

function isJudged(one: {
  readonly name: string;
  readonly unit: string | undefined;
}): one is { readonly name: string; readonly unit: HistogramUnit } {
  return one.unit === 'seconds' || one.unit === 'milliseconds';
}

function taken<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new NoAnswer(answer.error);
}

function countersIn(series: readonly RawSeries[]): JobFacts['counters'] {
  return likeliestFirst(series.map(nameOf)).flatMap((name) => {
    const status = statusLabelOf(series.filter((one) => nameOf(one) === name).map(({ labels }) => labels));
    return status === undefined ? [] : [{ name, status }];
  });
}

function boundOf({ labels: { le = 'NaN' } }: RawSeries): number {
  return le === '+Inf' ? Infinity : Number(le);
}

function jobOf({ labels }: RawSeries): string {
  return labels['job'] ?? '';
}

function nameOf({ labels }: RawSeries): string {
  return labels['__name__'] ?? '';
}

function countOf({ samples }: RawSeries): number {
  return numberOf(samples.at(-1)?.[1] ?? 0);
}
