import { millisecondsIn } from '@ordeal/shared/objectives/histogram-unit';
import type { Objective } from '@ordeal/shared/objectives/objective';
import type { HistogramFacts } from './ask-prometheus.ts';
import type { JobFacts } from './choose-job.ts';
import type { PrometheusAccess } from './prometheus-access.ts';
import type { ProposedTelemetry } from './proposal.ts';
import { selectorOf } from './request-metrics.ts';

/** What a Prometheus was found to have of the platform. */
export interface PrometheusFacts {
  readonly url: string;
  readonly access: PrometheusAccess;
  readonly scrapeIntervalSeconds: number;
  /** Undefined where it has none of the platform's. */
  readonly job: JobFacts | undefined;
  /** Its histograms, the likeliest first. */
  readonly histograms: readonly HistogramFacts[];
}

/** A first limit on p95 (ms): the next bucket bound from here on. */
const FIRST_P95_MS = 500;

/** Which metrics a first profile can be judged by, all of one job: its targets, errors of a counter, p95 of a histogram. */
export function fromPrometheus({
  url,
  access,
  scrapeIntervalSeconds,
  job,
  histograms,
}: PrometheusFacts): ProposedTelemetry {
  const server = { url, access, scrapeIntervalSeconds };
  if (job === undefined) return { ...server, targets: [], objectives: {} };
  const matcher = `job=${JSON.stringify(job.name)}`;
  const objectives: Record<string, Objective> = {};
  const [counter] = job.counters;
  if (counter !== undefined) {
    const { name, status } = counter;
    objectives['server errors'] = {
      signal: {
        from: 'prometheus',
        measure: 'ratio',
        bad: selectorOf(name, `${matcher},${status}=~"5.."`),
        all: selectorOf(name, matcher),
      },
      comparator: '<',
      limit: 0.01,
      unit: 'ratio',
      source: 'proposed by ordeal init: replace it by what is promised',
    };
  }
  const histogram = histograms.find((one) => limitFor(one) !== undefined);
  if (histogram !== undefined) {
    objectives['server p95'] = {
      signal: {
        from: 'prometheus',
        measure: 'latency',
        quantile: 0.95,
        histogram: histogram.name,
        matchers: matcher,
        ...(histogram.unit === 'seconds' ? {} : { observedIn: histogram.unit }),
      },
      comparator: '<',
      // A limit between two bounds could never be decided.
      limit: limitFor(histogram) ?? FIRST_P95_MS,
      unit: 'ms',
      source: 'proposed by ordeal init: replace it by what is promised; keep it on a bucket bound',
    };
  }
  const name = job.name.replaceAll(/[^\w .:-]/g, '-').replace(/^\W/, '_');
  const targets = job.live > 0 ? [{ name, selector: `up{${matcher}}`, least: job.live }] : [];
  return { ...server, targets, objectives };
}

function limitFor({ bounds, unit }: HistogramFacts): number | undefined {
  const factor = millisecondsIn({ observedIn: unit });
  const milliseconds = bounds.filter(Number.isFinite).map((bound) => Math.round(bound * factor * 1e3) / 1e3);
  const sorted = milliseconds.toSorted((one, other) => one - other);
  return sorted.find((bound) => bound >= FIRST_P95_MS) ?? sorted.at(-1);
}
