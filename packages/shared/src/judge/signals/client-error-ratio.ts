import type { ClientWindow } from '../../load/window.ts';
import { exactly } from '../../time/interval.ts';
import type { Measurement } from '../decide.ts';

/**
 * (failed requests + dropped iterations × k) / (requests + dropped iterations × k), where k is the number of
 * requests of an iteration in this window, and at least 1: an iteration that found no free virtual user would have
 * made so many requests, and all of them count as failed.
 */
export function clientErrorRatio(sum: ClientWindow): Measurement {
  const perIteration = sum.iterations > 0 ? Math.max(1, sum.requests / sum.iterations) : 1;
  const dropped = sum.dropped * perIteration;
  const failed = sum.failed + dropped;
  const offered = sum.requests + dropped;
  return {
    kind: 'measured',
    value: exactly(offered === 0 ? Number.NaN : failed / offered),
    samples: Math.floor(offered),
    violations: Math.floor(failed),
    ...(failed > 0 ? { note: kindsOf(sum) } : {}),
  };
}

function kindsOf(sum: ClientWindow): string {
  const kinds = Object.entries(sum.errors)
    .filter(([, count]) => count > 0)
    .sort(([left, a], [right, b]) => b - a || (left < right ? -1 : 1))
    .map(([kind, count]) => `${kind} × ${count}`);
  if (kinds.length === 0 && sum.failed > 0) kinds.push(`${sum.failed} requests`);
  if (sum.dropped > 0) kinds.push(`dropped iterations × ${sum.dropped}`);
  return `Failed: ${kinds.join(', ')}.`;
}
