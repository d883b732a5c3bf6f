/** What a Prometheus knows of one job. */
export interface JobFacts {
  readonly name: string;
  /** Its live instances. */
  readonly live: number;
  /** Its counters of requests that have a status, the likeliest first; of these, those of histograms come last. */
  readonly counters: readonly { readonly name: string; readonly status: string }[];
  /** Its histograms of times that are of requests, the likeliest first. */
  readonly histograms: readonly string[];
}

export type Choice =
  | { readonly kind: 'one'; readonly job: JobFacts }
  /** Nothing tells which of them is the platform's. */
  | { readonly kind: 'several'; readonly jobs: readonly JobFacts[] }
  | { readonly kind: 'none' };

/**
 * Jobs of the cluster and of what observes it, which are in nearly every Prometheus and no platform that is tested: an
 * expression that Prometheus and JavaScript read alike, and that takes the whole name. Operators name jobs
 * `<namespace>/<name>`.
 */
export const FOREIGN_JOBS =
  '(.*/)?(kube.*|.*kube-prometheus.*|.*[-_]exporter.*|(apiserver|node|coredns|etcd|cadvisor|prometheus|alertmanager|pushgateway|grafana|thanos|mimir|loki|promtail|otelcol|vmagent|vmsingle|vmselect|vmstorage|vminsert|victoria)([^a-z].*)?)';

const foreign = new RegExp(`^(?:${FOREIGN_JOBS})$`, 'u');

/**
 * The platform's own job: the one that was named; else, of those that are not the cluster's, the one with the most of
 * the signals, or among equals the one that is called as the platform is.
 */
export function chooseJob(jobs: readonly JobFacts[], platform: string, named: string | undefined): Choice {
  if (named !== undefined) {
    const job = jobs.find(({ name }) => name === named);
    return job === undefined ? { kind: 'none' } : { kind: 'one', job };
  }
  const own = jobs.filter(({ name }) => name !== '' && !foreign.test(name));
  const most = Math.max(...own.map(signalsOf));
  const best = own.filter((job) => signalsOf(job) === most);
  const [first, second] = best;
  if (first === undefined) return { kind: 'none' };
  if (second === undefined) return { kind: 'one', job: first };
  const called = best.filter(({ name }) => name.split('/').at(-1) === platform);
  return called.length === 1 && called[0] !== undefined
    ? { kind: 'one', job: called[0] }
    : { kind: 'several', jobs: best };
}

/** How many of the two signals a job has. */
function signalsOf({ counters, histograms }: JobFacts): number {
  return Math.min(counters.length, 1) + Math.min(histograms.length, 1);
}
