import type { CheckCounts, ClientCounts, ClientInterval } from './client-interval.ts';
import { mergeHistograms } from './histogram.ts';

/** What the client saw over several of its intervals together. */
export interface ClientWindow extends ClientCounts {
  /** How long what is counted took. */
  readonly seconds: number;
  /** Of each tenant by itself, where the load told them apart. */
  readonly tenants?: Readonly<Record<string, ClientCounts>>;
}

/** How long what an interval counts took. */
export function secondsCounted({ from, to, seconds }: ClientInterval): number {
  return seconds ?? (to - from) / 1000;
}

/** Adds intervals up. Nothing may be counted in two of them. Of no intervals at all, everything is zero. */
export function sumIntervals(intervals: readonly ClientInterval[]): ClientWindow {
  const tenants = new Set(intervals.flatMap((one) => Object.keys(one.tenants ?? {})));
  return {
    seconds: total(intervals, secondsCounted),
    ...sumCounts(intervals),
    ...(tenants.size === 0
      ? {}
      : {
          tenants: Object.fromEntries(
            [...tenants].map((tenant) => [
              tenant,
              sumCounts(intervals.flatMap((one) => one.tenants?.[tenant] ?? [])),
            ]),
          ),
        }),
  };
}

/**
 * Adds counts up. `under` of the sum holds only the limits that all of them with requests counted: a limit that one
 * of them lacks has no exact count.
 */
export function sumCounts(counts: readonly ClientCounts[]): ClientCounts {
  const busy = counts.filter((one) => one.requests > 0);
  const limits = new Set(counts.flatMap((one) => Object.keys(one.under)));
  const known = [...limits].filter((limit) => busy.every((one) => Object.hasOwn(one.under, limit)));
  const kinds = new Set(counts.flatMap((one) => Object.keys(one.errors)));
  const checks = sumChecks(counts);
  return {
    iterations: total(counts, (one) => one.iterations),
    dropped: total(counts, (one) => one.dropped),
    requests: total(counts, (one) => one.requests),
    failed: total(counts, (one) => one.failed),
    errors: Object.fromEntries(
      [...kinds].map((kind) => [kind, total(counts, (one) => one.errors[kind] ?? 0)]),
    ),
    latency: mergeHistograms(counts.map((one) => one.latency)),
    under: Object.fromEntries(known.map((limit) => [limit, total(counts, (one) => one.under[limit] ?? 0)])),
    ...(checks === undefined ? {} : { checks }),
  };
}

function sumChecks(counts: readonly ClientCounts[]): Readonly<Record<string, CheckCounts>> | undefined {
  const names = new Set(counts.flatMap((one) => Object.keys(one.checks ?? {})));
  if (names.size === 0) return undefined;
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      {
        made: total(counts, (one) => one.checks?.[name]?.made ?? 0),
        failed: total(counts, (one) => one.checks?.[name]?.failed ?? 0),
      },
    ]),
  );
}

/** The intervals as one tenant's alone: of those in which it sent nothing there are none of its requests. */
export function intervalsOfTenant(
  intervals: readonly ClientInterval[],
  tenant: string,
): readonly ClientInterval[] {
  return intervals.map(({ from, to, seconds, tenants }) => ({
    from,
    to,
    ...(seconds === undefined ? {} : { seconds }),
    ...(tenants?.[tenant] ?? sumCounts([])),
  }));
}

function total<Counted>(counts: readonly Counted[], of: (one: Counted) => number): number {
  return counts.reduce((sum, one) => sum + of(one), 0);
}
