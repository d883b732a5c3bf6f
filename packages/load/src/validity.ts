import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { intervalsOfTenant, sumIntervals } from '@ordeal/shared/load/window';
import type { LoadRecord } from '@ordeal/shared/record/record';
import type { Bounds } from '@ordeal/shared/time/interval';
import { generatorFailures } from './k6/failure-kind.ts';
import type { Totals } from './remote-write/client-series.ts';

/** What is known of how the generator did. */
export interface GeneratorEvidence {
  /** Arrivals that had come due: `low` of them for certain, `high` at most. */
  readonly due: Bounds;
  readonly totals: Totals;
  readonly intervals: readonly ClientInterval[];
  /** Mean number of cores that k6 used, or waited for, in an interval; undefined when that could not be seen. */
  readonly coresWanted: (interval: ClientInterval) => number | undefined;
  readonly cores: number;
  readonly virtualUsers: number;
  /** The same of each tenant, of a workload that tells them apart: what one waits for is not what another waits for. */
  readonly tenantUsers?: Readonly<Record<string, number>>;
  readonly timeoutMs: number;
  /** Why the generator ended though nobody asked it to. */
  readonly broke: string | undefined;
  /** Of a script's own scenarios: requests a second that k6 holds them back to. */
  readonly ceiling?: number;
}

/** A smaller share of the iterations that had come due is a shortfall. */
const ENOUGH = 0.98;
/** Who comes to this share of a ceiling was held back by it. */
const AT_CEILING = 0.95;
/** What asks whether to end makes requests as well, and k6 holds all of them back together. */
const LOOKS_PER_SECOND = 1;
/** Over less than this two requests side by side look like a high rate. */
const LEAST_SECONDS = 0.5;
/** A process that wants more of all cores than this does not get enough. */
const BUSY = 0.9;
/** k6's CPU has to be seen while this share of the arrivals was dropped. */
const SEEN = 0.5;
/** Virtual users that spend less of their time on requests than this do not wait for the platform. */
const WAITING = 0.5;

/**
 * Whether the generator offered what it promised. A shortfall counts against the generator only when it was itself
 * limited; when its virtual users were waiting for the platform, what was dropped are the platform's failures.
 * Arrivals that are missing are a shortfall when they are too few of those that had come due for certain: one or two
 * at the edges of a short load prove nothing. Those that came about and did not end are counted exactly.
 */
export function judgeValidity(evidence: GeneratorEvidence): LoadRecord['validity'] {
  const reason = limitOf(evidence);
  return reason === undefined ? { valid: true } : { valid: false, reason };
}

function limitOf(evidence: GeneratorEvidence): string | undefined {
  const { due, totals, intervals } = evidence;
  if (evidence.broke !== undefined) return evidence.broke;
  if (totals.requests === 0) return 'not one request was made';
  const { errors } = sumIntervals(intervals);
  const own = generatorFailures.filter((kind) => (errors[kind] ?? 0) > 0);
  if (own.length > 0) return `the generator's machine ran out of ${own.join(' and ')}`;
  if (evidence.ceiling !== undefined) return limitOfScript(evidence, evidence.ceiling);
  const arrivals = totals.started + totals.dropped;
  if (arrivals < ENOUGH * due.low) {
    return `k6 came to ${arrivals} of ${Math.round(due.high)} arrivals: it was too slow to keep the rate`;
  }
  const known = Math.min(Math.max(due.low, arrivals), due.high);
  const isShort = totals.iterations < ENOUGH * known;
  const pools = poolsOf(evidence, isShort);
  if (pools.length > 0) return limitWhileDropping(evidence, pools);
  return isShort ? `${totals.started - totals.iterations} iterations were cut off` : undefined;
}

/** Virtual users of whom arrivals found none free, and what was measured of them. */
interface Pool {
  readonly whose: string;
  readonly users: number;
  readonly intervals: readonly ClientInterval[];
}

/** Those that dropped too much. All virtual users are one, but where tenants are told apart: each has its own. */
function poolsOf(
  { intervals, tenantUsers, totals, virtualUsers }: GeneratorEvidence,
  isShort: boolean,
): readonly Pool[] {
  if (tenantUsers === undefined) {
    return isShort && totals.dropped > 0 ? [{ whose: '', users: virtualUsers, intervals }] : [];
  }
  return Object.entries(tenantUsers)
    .map(([tenant, users]) => ({
      whose: ` of tenant ${tenant}`,
      users,
      intervals: intervalsOfTenant(intervals, tenant),
    }))
    .filter((pool) => {
      const { iterations, dropped } = sumIntervals(pool.intervals);
      return iterations < ENOUGH * (iterations + dropped);
    });
}

/** Of a script's own scenarios nobody knows what they promised: only what they lost shows. */
function limitOfScript({ totals, intervals }: GeneratorEvidence, ceiling: number): string | undefined {
  const stretches = longEnough(intervals);
  const at = stretches.filter(
    ({ requests, seconds }) => requests + LOOKS_PER_SECOND * seconds >= AT_CEILING * ceiling * seconds,
  );
  if (at.length > 0) {
    return `the script came up to its ceiling of ${ceiling} requests/s in ${at.length} of ${stretches.length} reports, and was held back`;
  }
  return totals.started >= ENOUGH * (totals.started + totals.dropped)
    ? undefined
    : `${totals.dropped} arrivals found no free virtual user of the script's own scenarios: give them more (preAllocatedVUs)`;
}

/** Reports one after another, put together until they are long enough to say something of a rate. */
function longEnough(
  intervals: readonly ClientInterval[],
): readonly { readonly requests: number; readonly seconds: number }[] {
  const stretches: { requests: number; seconds: number }[] = [];
  let open = { requests: 0, seconds: 0 };
  for (const { requests, from, to } of intervals) {
    open = { requests: open.requests + requests, seconds: open.seconds + (to - from) / 1000 };
    if (open.seconds < LEAST_SECONDS) continue;
    stretches.push(open);
    open = { requests: 0, seconds: 0 };
  }
  const last = stretches.pop() ?? { requests: 0, seconds: 0 };
  const all = { requests: last.requests + open.requests, seconds: last.seconds + open.seconds };
  return all.seconds >= LEAST_SECONDS ? [...stretches, all] : stretches;
}

function limitWhileDropping(evidence: GeneratorEvidence, pools: readonly Pool[]): string | undefined {
  const dropping = evidence.intervals.filter((interval) => interval.dropped > 0);
  const seen = dropping.filter((interval) => evidence.coresWanted(interval) !== undefined);
  // The last report may come when k6 is gone already. What was seen of the others says enough.
  if (droppedIn(seen) < SEEN * droppedIn(dropping)) {
    return `${evidence.totals.dropped} arrivals found no free virtual user, and k6's CPU could not be seen`;
  }
  for (const interval of seen) {
    const wanted = evidence.coresWanted(interval) ?? Infinity;
    if (wanted > BUSY * evidence.cores) {
      return `k6 wanted ${wanted.toFixed(1)} of ${evidence.cores} cores while arrivals were dropped`;
    }
  }
  for (const pool of pools) {
    const reason = notWaiting(pool, evidence.timeoutMs);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Why what was dropped is not the platform's failure; undefined when it is. */
function notWaiting({ whose, users, intervals }: Pool, timeoutMs: number): string | undefined {
  const dropping = intervals.filter((interval) => interval.dropped > 0);
  // A request that kept a virtual user busy counts when it ends, which is a timeout later at most.
  const from = dropping[0]?.from ?? 0;
  const to = (dropping.at(-1)?.to ?? 0) + timeoutMs;
  const around = intervals.filter((interval) => interval.to > from && interval.from < to);
  const waited = sumIntervals(around).latency.sum / 1000;
  const share = waited / (sumIntervals(dropping).seconds * users);
  return share < WAITING
    ? `${droppedIn(dropping)} arrivals${whose} found no free virtual user of ${users}, although these waited for ` +
        `the platform only ${Math.round(share * 100)} % of the time: do journeys pause for long?`
    : undefined;
}

function droppedIn(intervals: readonly ClientInterval[]): number {
  return intervals.reduce((sum, { dropped }) => sum + dropped, 0);
}
