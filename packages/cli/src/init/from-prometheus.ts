import type { Objective } from '@ordeal/shared/objectives/objective';
import type { ProposedTelemetry } from './proposal.ts';

/** What a Prometheus was found to have. */
export interface PrometheusFacts {
  readonly url: string;
  readonly scrapeIntervalSeconds: number;
  /** Live instances of each job. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Counters of requests: their labels with values. */
  readonly counters: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, readonly string[]>>;
  }[];
  /** Histograms of seconds: their jobs and upper bounds. */
  readonly histograms: readonly {
    readonly name: string;
    readonly jobs: readonly string[];
    readonly bounds: readonly number[];
  }[];
}

/** Labels that hold a status, in the order of preference. */
const STATUS_LABELS = ['status', 'code', 'status_code', 'http_status', 'http_response_status_code'];
/** A first limit on p95 (ms): the next bucket bound from here on. */
const FIRST_P95_MS = 500;
const OWN = /^(prometheus|promhttp|net_conntrack|go_|scrape_|alertmanager)/;

/** Which metrics a first profile can be judged by: targets that live, errors of a counter, p95 of a histogram. */
export function fromPrometheus(facts: PrometheusFacts): ProposedTelemetry {
  const objectives: Record<string, Objective> = {};
  for (const { name, labels } of facts.counters.filter((one) => !OWN.test(one.name))) {
    const status = STATUS_LABELS.find((label) =>
      labels[label]?.some((value) => /^[1-5](\d\d|xx)$/.test(value)),
    );
    if (status === undefined || objectives['server errors'] !== undefined) continue;
    const matchers = jobMatcher(labels['job'] ?? []);
    objectives['server errors'] = {
      signal: {
        from: 'prometheus',
        measure: 'ratio',
        bad: `${name}{${[...matchers, `${status}=~"5.."`].join(',')}}`,
        all: `${name}{${matchers.join(',')}}`,
      },
      comparator: '<',
      limit: 0.01,
      unit: 'ratio',
      source: 'proposed by ordeal init: replace it by what is promised',
    };
  }
  const histogram = facts.histograms.find(
    ({ name, bounds }) => !OWN.test(name) && limitFor(bounds) !== undefined,
  );
  if (histogram !== undefined) {
    objectives['server p95'] = {
      signal: {
        from: 'prometheus',
        measure: 'latency',
        quantile: 0.95,
        histogram: histogram.name,
        matchers: jobMatcher(histogram.jobs).join(','),
      },
      comparator: '<',
      // A limit between two bounds could never be decided.
      limit: limitFor(histogram.bounds) ?? FIRST_P95_MS,
      unit: 'ms',
      source: 'proposed by ordeal init: replace it by what is promised; keep it on a bucket bound',
    };
  }
  const targets = Object.entries(facts.jobs)
    .filter(([job, live]) => live > 0 && job !== '')
    .map(([job, live]) => ({
      name: job.replaceAll(/[^\w .:-]/g, '-').replace(/^\W/, '_'),
      selector: `up{job=${JSON.stringify(job)}}`,
      least: live,
    }));
  return { url: facts.url, scrapeIntervalSeconds: facts.scrapeIntervalSeconds, targets, objectives };
}

function jobMatcher(jobs: readonly string[]): readonly string[] {
  return jobs.length === 1 ? [`job=${JSON.stringify(jobs[0])}`] : [];
}

function limitFor(bounds: readonly number[]): number | undefined {
  const milliseconds = bounds.filter(Number.isFinite).map((bound) => Math.round(bound * 1e6) / 1e3);
  const sorted = milliseconds.toSorted((one, other) => one - other);
  return sorted.find((bound) => bound >= FIRST_P95_MS) ?? sorted.at(-1);
}
