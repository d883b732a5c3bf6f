import type {
  CheckCounts,
  ClientCounts,
  ClientInterval,
  ClientStream,
  SparseHistogram,
} from '@ordeal/shared/load/client-interval';
import { mergeHistograms } from '@ordeal/shared/load/histogram';
import { sumIntervals } from '@ordeal/shared/load/window';
import { meterNames, SCENARIO, TENANT, WITHIN } from '../k6/meter-names.ts';
import { tenantOfScenario } from '../plan/tenant-scenario.ts';
import type { Growth } from './cumulative.ts';

const prefix = 'k6_';
const counter = (name: string) => `${prefix}${name}_total`;

/** A shorter interval is no measurement of its own: k6's last push may follow the one before at once. */
const LEAST_MS = 100;

/** Totals that say how the generator is doing, beside what its clients saw. */
export interface Totals {
  readonly started: number;
  readonly iterations: number;
  readonly iterationsFailed: number;
  /** Iterations in which the journey threw although no request had failed. */
  readonly thrown: number;
  readonly dropped: number;
  readonly requests: number;
}

/** The client's intervals so far. Instants are monotonic milliseconds. */
export class ClientSeries implements ClientStream {
  private readonly intervals: ClientInterval[] = [];
  private readonly limits: readonly string[];
  private sums: Totals = {
    started: 0,
    iterations: 0,
    iterationsFailed: 0,
    thrown: 0,
    dropped: 0,
    requests: 0,
  };

  constructor(limitsMs: readonly number[]) {
    this.limits = limitsMs.map(String);
  }

  /**
   * Takes the growth until `to`. `from` is where the first interval begins; the others begin where the one before
   * ended. Growth that comes late, for a time that is covered already, or for hardly any time, is added to the
   * last interval; there is no new one then.
   */
  add(growth: readonly Growth[], from: number, to: number): ClientInterval | undefined {
    this.sums = addTotals(this.sums, growth);
    const last = this.intervals.at(-1);
    const fresh = intervalOf(growth, this.limits, last?.to ?? Math.min(from, to), to);
    if (last === undefined || to - last.to > LEAST_MS) {
      this.intervals.push(fresh);
      return fresh;
    }
    const { seconds: _, ...both } = sumIntervals([last, fresh]);
    this.intervals[this.intervals.length - 1] = { from: last.from, to: Math.max(last.to, to), ...both };
    return undefined;
  }

  between(from: number, to: number): readonly ClientInterval[] {
    return this.intervals.filter((interval) => interval.to > from && interval.from < to);
  }

  completeUntil(): number {
    return this.intervals.at(-1)?.to ?? Number.NEGATIVE_INFINITY;
  }

  totals(): Totals {
    return this.sums;
  }

  all(): readonly ClientInterval[] {
    return this.intervals;
  }
}

function intervalOf(
  growth: readonly Growth[],
  limits: readonly string[],
  from: number,
  to: number,
): ClientInterval {
  const tenants = [...new Set(growth.flatMap((one) => tenantOf(one) ?? []))];
  return {
    from,
    to,
    ...countsOf(growth, limits),
    ...(tenants.length === 0
      ? {}
      : {
          tenants: Object.fromEntries(
            tenants.map((tenant) => [
              tenant,
              countsOf(
                growth.filter((one) => tenantOf(one) === tenant),
                limits,
              ),
            ]),
          ),
        }),
  };
}

function tenantOf({ labels }: Growth): string | undefined {
  return labels[TENANT] ?? tenantOfScenario(labels[SCENARIO]);
}

function countsOf(growth: readonly Growth[], limits: readonly string[]): ClientCounts {
  const histograms: SparseHistogram[] = [];
  const errors = new Map<string, number>();
  const checks = new Map<string, CheckCounts>();
  const under = new Map(limits.map((limit) => [limit, 0]));
  for (const one of growth) {
    if ('histogram' in one) {
      if (one.name !== prefix + meterNames.latency) continue;
      histograms.push(one.histogram);
      const within = Number(one.labels[WITHIN] ?? 0);
      for (const [limit, kept] of under) {
        if (within <= Number(limit)) under.set(limit, kept + one.histogram.count);
      }
    } else if (one.name === counter(meterNames.errors)) {
      const kind = one.labels['kind'] ?? 'unknown';
      errors.set(kind, (errors.get(kind) ?? 0) + one.by);
    } else if (one.name === counter(meterNames.checks) && one.by > 0) {
      const { check = 'unknown', held } = one.labels;
      const { made, failed } = checks.get(check) ?? { made: 0, failed: 0 };
      checks.set(check, { made: made + one.by, failed: failed + (held === 'yes' ? 0 : one.by) });
    }
  }
  return {
    iterations: sumOf(growth, counter(meterNames.iterations)),
    dropped: sumOf(growth, `${prefix}dropped_iterations_total`),
    requests: requestsIn(growth),
    failed: sumOf(growth, counter(meterNames.failed)),
    errors: Object.fromEntries(errors),
    latency: mergeHistograms(histograms),
    under: Object.fromEntries(under),
    ...(checks.size === 0 ? {} : { checks: Object.fromEntries(checks) }),
  };
}

function addTotals(sums: Totals, growth: readonly Growth[]): Totals {
  return {
    started: sums.started + sumOf(growth, counter(meterNames.started)),
    iterations: sums.iterations + sumOf(growth, counter(meterNames.iterations)),
    iterationsFailed: sums.iterationsFailed + sumOf(growth, counter(meterNames.iterationsFailed)),
    thrown: sums.thrown + sumOf(growth, counter(meterNames.iterationsThrown)),
    dropped: sums.dropped + sumOf(growth, `${prefix}dropped_iterations_total`),
    requests: sums.requests + requestsIn(growth),
  };
}

/** Each request is one latency. */
function requestsIn(growth: readonly Growth[]): number {
  return growth.reduce(
    (sum, one) =>
      sum + ('histogram' in one && one.name === prefix + meterNames.latency ? one.histogram.count : 0),
    0,
  );
}

function sumOf(growth: readonly Growth[], name: string): number {
  return growth.reduce((sum, one) => sum + ('by' in one && one.name === name ? one.by : 0), 0);
}
