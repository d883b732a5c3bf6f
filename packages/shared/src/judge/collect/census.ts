import { SCRAPES_BEFORE, type Prometheus } from '../../prometheus/client.ts';
import { numberOf, type Answer, type PrometheusError } from '../../prometheus/reading.ts';
import { batchesOf, tagOf, taggedQuery, type Tagged } from '../../prometheus/tagged.ts';
import type { Ask } from './asker.ts';
import type { SampleJob } from './jobs.ts';

/** How many series a job's selector has within what is to be read. */
export type Census = Answer<number>;

/**
 * Counts the series of every job, in few queries. A count that failed is not zero: it is said. A query that is
 * refused may be one selector's fault, so that its batch is asked again one by one.
 */
export async function countSeries(
  prometheus: Prometheus,
  ask: Ask,
  jobs: readonly SampleJob[],
  scrapeIntervalMs: number,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<SampleJob, Census>> {
  const counted = new Map<SampleJob, Census>();
  const count = async (batch: readonly Counting[]): Promise<void> => {
    const at = batch[0]?.job.to;
    const answer = await ask(() => prometheus.instant(taggedQuery(batch), at, signal));
    if (!answer.ok && answer.error.kind === 'refused-query' && batch.length > 1) {
      await Promise.all(batch.map((one) => count([one])));
      return;
    }
    const found = new Map(
      answer.ok ? answer.value.series.map((one) => [tagOf(one), numberOf(one.samples[0]?.[1] ?? 'NaN')]) : [],
    );
    for (const { tag, job } of batch) {
      // A selector without any series has no element.
      counted.set(
        job,
        answer.ok ? { ok: true, value: found.get(tag) ?? 0 } : { ok: false, error: notCounted(answer.error) },
      );
    }
  };
  const byTime = Map.groupBy(jobs, ({ to }) => to);
  const batches = [...byTime.values()].flatMap((list) =>
    batchesOf(list.map((job, index) => counting(job, index, scrapeIntervalMs))),
  );
  await Promise.all(batches.map(count));
  return counted;
}

interface Counting extends Tagged {
  readonly job: SampleJob;
}

function counting(job: SampleJob, index: number, scrapeIntervalMs: number): Counting {
  const rangeMs = Math.max(1, Math.ceil(job.to - job.from + SCRAPES_BEFORE * scrapeIntervalMs));
  return { tag: String(index), job, query: `count(last_over_time(${job.selector}[${rangeMs}ms]))` };
}

function notCounted({ kind, message }: PrometheusError): PrometheusError {
  return { kind, message: `Its series could not be counted: ${message}` };
}
