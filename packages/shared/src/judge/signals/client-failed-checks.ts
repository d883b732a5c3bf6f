import type { CheckCounts } from '../../load/client-interval.ts';
import type { ClientReports } from '../client-reports.ts';
import type { Measurement } from '../decide.ts';

const never: CheckCounts = { made: 0, failed: 0 };

/**
 * How many of the named checks did not hold. Those of the reports across the window's edges may be the window's or not.
 * Nothing is said where one of them was not made at all: that it never failed would be true, and worth nothing.
 */
export function clientFailedChecks(
  { whole, edge, seconds }: ClientReports,
  checks: readonly string[],
): Measurement {
  const counted = checks.map((name) => ({
    name,
    inside: whole.checks?.[name] ?? never,
    across: edge.checks?.[name] ?? never,
  }));
  const failed = counted.filter(({ inside, across }) => inside.failed + across.failed > 0);
  const low = sum(counted, ({ inside }) => inside.failed);
  const samples = sum(counted, ({ inside }) => inside.made);
  const unmade = counted.filter(({ inside }) => inside.made === 0).map(({ name }) => `"${name}"`);
  const note =
    failed.length === 0
      ? ''
      : `Did not hold: ${failed.map(({ name, inside, across }) => `${name} × ${inside.failed + across.failed}`).join(', ')}.`;
  if (samples === 0) {
    const sentence = `The client made none of the checks ${unmade.join(', ')} in the window.`;
    return { kind: 'nothing', reason: 'no-samples', sentence };
  }
  return {
    kind: 'measured',
    value: { low, high: low + sum(counted, ({ across }) => across.failed) },
    samples,
    violations: low,
    seconds,
    ...(note === '' ? {} : { note }),
    ...(unmade.length === 0
      ? {}
      : {
          doubt: {
            reason: 'no-samples' as const,
            sentence: `The client never made ${unmade.length === 1 ? 'the check' : 'the checks'} ${unmade.join(', ')} in the window.`,
          },
        }),
  };
}

function sum<Counted>(counts: readonly Counted[], of: (one: Counted) => number): number {
  return counts.reduce((all, one) => all + of(one), 0);
}
