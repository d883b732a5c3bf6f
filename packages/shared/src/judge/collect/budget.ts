import type { PrometheusLimits } from '../../platform/platform.ts';
import type { PrometheusError } from '../../prometheus/reading.ts';
import type { Census } from './census.ts';
import type { SampleJob } from './jobs.ts';

const SAMPLES_PER_READ = 2_000_000;
const SAMPLES_IN_ALL = 10_000_000;
/** Series of a target's scrapes: `up`, `scrape_duration_seconds`, `process_start_time_seconds`. */
const SERIES_OF_SCRAPES = 3;

/** How a job is to be read. */
export type Way =
  | { readonly how: 'raw' }
  /** Too many samples, but the server can compute what is needed. */
  | { readonly how: 'by-server'; readonly because: string }
  | { readonly how: 'not'; readonly error: PrometheusError };

/** What may still be read of a run's samples. */
export interface Budget {
  readonly ways: ReadonlyMap<SampleJob, Way>;
  /** Takes what the scrapes of so many targets come to; the error says why there is no room for them. */
  takeScrapes(targets: number, job: SampleJob): PrometheusError | undefined;
}

/** Decides for each job whether its raw samples may be read: small ones first, so that most are. */
export function allot(counted: ReadonlyMap<SampleJob, Census>, limits: PrometheusLimits = {}): Budget {
  const perRead = limits.samplesPerRead ?? SAMPLES_PER_READ;
  const inAll = limits.samplesInAll ?? SAMPLES_IN_ALL;
  let used = 0;

  function why(samples: number, of: string, most: number): string | undefined {
    const found = `about ${words(samples)} samples (${of})`;
    if (samples > most) {
      return `${found} are more than the ${words(most)} that one read may take (prometheus.limits.samplesPerRead)`;
    }
    if (used + samples > inAll) {
      return `${found} would be more than what is left of the ${words(inAll)} that a run may read (prometheus.limits.samplesInAll)`;
    }
    used += samples;
    return undefined;
  }

  const ways = new Map<SampleJob, Way>();
  const sized = [...counted].map(([job, census]) => ({
    job,
    census,
    samples: census.ok ? census.value * job.samplesEach : 0,
  }));
  for (const { job, census, samples } of sized.sort((left, right) => left.samples - right.samples)) {
    if (!census.ok) {
      ways.set(job, { how: 'not', error: census.error });
      continue;
    }
    const because = why(samples, `${words(census.value)} series`, perRead);
    if (because === undefined) ways.set(job, { how: 'raw' });
    else if (job.counters && job.leadMs === 0) ways.set(job, { how: 'by-server', because });
    else ways.set(job, { how: 'not', error: tooMuch(job.selector, because) });
  }
  return {
    ways,
    takeScrapes: (targets, job) => {
      const because = why(
        targets * SERIES_OF_SCRAPES * job.samplesEach,
        `of the scrapes of ${words(targets)} targets`,
        // What the server computed is worth little without them.
        Infinity,
      );
      return because === undefined ? undefined : tooMuch(job.selector, because);
    },
  };
}

function tooMuch(selector: string, because: string): PrometheusError {
  return {
    kind: 'refused-query',
    message: `${selector} was not read: ${because}. Raise that limit, select less, or judge a shorter window`,
  };
}

function words(count: number): string {
  return count.toLocaleString('en-US');
}
