import type { ClientInterval } from '../load/client-interval.ts';
import { intervalsOfTenant, sumIntervals } from '../load/window.ts';
import type { Span } from '../time/interval.ts';
import { clientReports, overlaps, type ClientReports } from './client-reports.ts';
import type { Nothing } from './decide.ts';
import type { Observations } from './observations.ts';
import { observerProblem, windowNamed } from './windows.ts';

/** The client's measurements of a window, or why there are none to rely on. */
export type ClientEvidence =
  | { readonly ok: true; readonly reports: ClientReports; readonly note?: string }
  | { readonly ok: false; readonly nothing: Nothing };

/** The client's reports follow each other without a gap, but for rounding: a longer one means that one is missing. */
const GAP_MS = 1;

/** What the client saw in a window of the run: of all requests, or of one tenant's. */
export function clientEvidence(observations: Observations, name: string, tenant?: string): ClientEvidence {
  const broke = observerProblem(observations, name, 'client');
  if (broke !== undefined) return nothing('observer-broke', broke);
  const window = windowNamed(observations, name);
  if (window === undefined) {
    const load = observations.loadValid?.[name];
    const why = load === undefined || load.valid ? '' : `: ${load.reason}`;
    return nothing('not-run', `The run has no window ${name}${why}.`);
  }
  const invalid = windowLoadInvalid(observations, window.name);
  if (invalid !== undefined) return nothing('load-invalid', `The load was not valid: ${invalid}.`);
  const span = { from: window.monotonicFrom, to: window.monotonicTo };
  return evidenceOver(observations.intervals, span, tenant);
}

/**
 * What the client saw in a span, of all requests or of one tenant's. Of the intervals, those that overlap it say what
 * ended in it; those behind it, as far as there are any yet, what may have begun in it and failed later.
 */
export function evidenceOver(
  intervals: readonly ClientInterval[],
  span: Span,
  tenant?: string,
): ClientEvidence {
  if (tenant === undefined) return evidenceIn(intervals, span);
  const own = evidenceIn(intervalsOfTenant(intervals, tenant), span);
  if (!own.ok) {
    const { reason, sentence } = own.nothing;
    return reason === 'no-samples' ? nothing(reason, `Of tenant ${tenant}: ${sentence}`) : own;
  }
  const beside = besideTenant(
    intervals.filter((one) => overlaps(one, span)),
    tenant,
  );
  return { ...own, note: own.note === undefined ? beside : `${beside} ${own.note}` };
}

/** Who else sent requests meanwhile, and how these went: where a tenant suffers, that is who it suffers from. */
function besideTenant(intervals: readonly ClientInterval[], tenant: string): string {
  const { seconds, tenants = {} } = sumIntervals(intervals);
  const others = Object.entries(tenants).filter(([name]) => name !== tenant);
  if (others.length === 0) return 'No other tenant sent anything beside it.';
  const words = others.map(([name, { requests, failed }]) => {
    const share = requests > 0 ? ` (${Number(((failed / requests) * 100).toPrecision(3))} % failed)` : '';
    return `tenant ${name} ${Number((requests / seconds).toPrecision(3))} requests/s${share}`;
  });
  return `Beside it: ${words.join(', ')}.`;
}

function evidenceIn(intervals: readonly ClientInterval[], span: Span): ClientEvidence {
  const ordered = intervals
    .filter((one) => overlaps(one, span))
    .toSorted((left, right) => left.from - right.from);
  const missing = firstGap(ordered, span);
  if (ordered.length > 0 && missing !== undefined) {
    return nothing(
      'stale',
      `The client's measurements are missing for ${(missing / 1000).toFixed(1)} s of the window.`,
    );
  }
  if (ordered.length === 0) {
    return nothing('no-samples', 'There are no measurements of the client in the window.');
  }
  const reports = clientReports(intervals, span);
  const { whole, edge, late } = reports;
  if (whole.requests + whole.dropped + edge.requests + edge.dropped === 0) {
    return nothing('no-samples', 'The client sent no request in the window.');
  }
  const longest = Math.max(...ordered.map(({ from, to }) => to - from)) / 1000;
  if (whole.seconds === 0) {
    return nothing(
      'too-few-samples',
      `The window of ${reports.seconds.toFixed(1)} s holds no whole report of the client.`,
      `A window of at least ${Math.ceil(3 * longest)} s would decide it.`,
    );
  }
  const across = edge.requests - late;
  const notes = [
    ...(across + edge.dropped === 0
      ? []
      : [
          `The client reported every ${longest.toFixed(1)} s: ${across} requests in the reports across the ` +
            `window's edges may be of it or not.`,
        ]),
    ...(late === 0
      ? []
      : [`${late} requests failed behind the window after so long that they may have begun in it.`]),
  ];
  return { ok: true, reports, ...(notes.length === 0 ? {} : { note: notes.join(' ') }) };
}

/** Length of the first stretch of the span without measurements; undefined when there is none. */
function firstGap(ordered: readonly ClientInterval[], span: Span): number | undefined {
  let covered = span.from;
  for (const { from, to } of ordered) {
    if (from - covered > GAP_MS) return from - covered;
    covered = Math.max(covered, to);
  }
  return span.to - covered > GAP_MS ? span.to - covered : undefined;
}

/** Why the load of a window says nothing of the platform; undefined when it does. */
export function windowLoadInvalid(observations: Observations, window: string): string | undefined {
  const { loads, loadValid, generatorBroke } = observations;
  const own = loadValid?.[window];
  if (own !== undefined) return own.valid ? undefined : own.reason;
  if (generatorBroke !== null) return `the generator ended: ${generatorBroke}`;
  if (loads.length === 0) return 'nothing says whether the generator offered what it promised';
  const bad = loads.find(({ validity }) => !validity.valid);
  return bad === undefined || bad.validity.valid ? undefined : bad.validity.reason;
}

function nothing(reason: Nothing['reason'], sentence: string, wouldDecide?: string): ClientEvidence {
  const why = wouldDecide === undefined ? {} : { wouldDecide };
  return { ok: false, nothing: { kind: 'nothing', reason, sentence, ...why } };
}
