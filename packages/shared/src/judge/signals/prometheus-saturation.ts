import type { PrometheusSignal } from '../../objectives/signal.ts';
import { growthOf, totalGrowth } from '../../prometheus/counters.ts';
import { gaugeWindow } from '../../prometheus/gauges.ts';
import { numberOf, type RawSeries } from '../../prometheus/reading.ts';
import { seriesName } from '../../prometheus/scrapes.ts';
import { exactly, type Bounds } from '../../time/interval.ts';
import type { Doubt, Measurement, Nothing } from '../decide.ts';
import { hiddenNote, type PrometheusEvidence } from '../prometheus-evidence.ts';
import { doubtOfCounters, doubtOfGauges, isSilent } from './prometheus-doubt.ts';

type Saturation = Extract<PrometheusSignal, { measure: 'saturation' }>;

/** How much of a series' capacity was used, and what has to be said of it. */
type Use =
  | { readonly ok: true; readonly value: Bounds; readonly hiddenMs: number }
  | { readonly ok: false; readonly doubt: Doubt };

/** Used over available: of each used series by itself, and of these the worst. */
export function prometheusSaturation(evidence: PrometheusEvidence, signal: Saturation): Measurement {
  const { span } = evidence;
  const used = evidence.samples(0);
  const capacity = 'gauge' in signal.capacity ? evidence.samples(1).series : undefined;
  const { scrapes, notNumbers, silence } = gaugeWindow(used.series, span, 'max');
  if (used.byServer !== undefined) {
    return nothing('query-failed', `${used.byServer} Saturation is judged by series, from raw samples.`);
  }
  if (scrapes === 0) return nothing('no-samples', 'Prometheus has no sample of what is used in the window.');
  const by = signal.by ?? ['job', 'instance'];
  const uses = used.series
    // One that ended before the window, or is only born after it, is not of it.
    .filter(({ samples }) => samples.some(([at]) => at > span.from && at <= span.to))
    .map((one) => {
      const matching =
        'value' in signal.capacity ? signal.capacity.value : capacityOf(one, capacity ?? [], by);
      if (isDoubt(matching)) return { ok: false as const, doubt: matching };
      return 'counter' in signal.used
        ? useOfCounter(one, matching, evidence)
        : useOfGauge(one, matching, evidence);
    });
  const known = uses.filter((one) => one.ok);
  const unknown = uses.find((one) => !one.ok);
  const doubt =
    ('counter' in signal.used
      ? doubtOfCounters(evidence, used.series)
      : doubtOfGauges(evidence, used.series, notNumbers, silence)) ??
    (unknown?.ok === false ? unknown.doubt : undefined) ??
    doubtOfCapacity(evidence, capacity);
  if (known.length === 0) {
    return {
      ...(doubt ?? { reason: 'no-samples', sentence: 'There is nothing to compare.' }),
      kind: 'nothing',
    };
  }
  const note = hiddenNote(known.reduce((sum, { hiddenMs }) => sum + hiddenMs, 0));
  return {
    kind: 'measured',
    value: {
      low: Math.max(...known.map(({ value }) => value.low)),
      high: Math.max(...known.map(({ value }) => value.high)),
    },
    samples: scrapes,
    violations: Infinity,
    seconds: (span.to - span.from) / 1000,
    ...(doubt === undefined ? {} : { doubt }),
    ...(note === undefined ? {} : { note }),
  };
}

/** The one series of capacity that has the same labels, or why there is none. */
function capacityOf(
  used: RawSeries,
  capacity: readonly RawSeries[],
  by: readonly string[],
): RawSeries | Doubt {
  const labels = by.map((label) => `${label}="${used.labels[label] ?? ''}"`).join(', ');
  const matching = capacity.filter((one) =>
    by.every((label) => (one.labels[label] ?? '') === (used.labels[label] ?? '')),
  );
  const [only] = matching;
  if (only === undefined) {
    return {
      reason: 'no-samples',
      sentence: `There is no series of capacity for {${labels}}.`,
      wouldDecide: `A series of capacity with these labels would decide it, or other labels in "by".`,
    };
  }
  if (matching.length === 1) return only;
  return {
    reason: 'several-series',
    sentence: `${matching.length} series of capacity match {${labels}}.`,
    wouldDecide: `A label in "by" that tells them apart would decide it.`,
  };
}

function isDoubt(value: number | RawSeries | Doubt): value is Doubt {
  return typeof value === 'object' && 'reason' in value;
}

function useOfGauge(used: RawSeries, capacity: number | RawSeries, evidence: PrometheusEvidence): Use {
  const { span } = evidence;
  let low = -Infinity;
  let high = -Infinity;
  for (const [at, raw] of used.samples) {
    const value = numberOf(raw);
    if (at <= span.from || at > span.to || Number.isNaN(value)) continue;
    const available = typeof capacity === 'number' ? exactly(capacity) : around(capacity, at, at, evidence);
    const share = divided(exactly(value), available);
    if (share === undefined) return { ok: false, doubt: noCapacity(used, available) };
    low = Math.max(low, share.low);
    high = Math.max(high, share.high);
  }
  if (low === -Infinity) {
    return {
      ok: false,
      doubt: { reason: 'not-a-number', sentence: `${seriesName(used.labels)} is NaN in the window.` },
    };
  }
  return { ok: true, value: { low, high }, hiddenMs: 0 };
}

function useOfCounter(used: RawSeries, capacity: number | RawSeries, evidence: PrometheusEvidence): Use {
  const { span, targets } = evidence;
  const growth = [...growthOf([used], targets, span).values()];
  const { low, high } = totalGrowth(growth);
  const seconds = (span.to - span.from) / 1000;
  const available =
    typeof capacity === 'number' ? exactly(capacity) : around(capacity, span.from, span.to, evidence);
  const share = divided({ low: low / seconds, high: high / seconds }, available);
  if (share === undefined) return { ok: false, doubt: noCapacity(used, available) };
  return { ok: true, value: share, hiddenMs: growth.reduce((sum, { hiddenMs }) => sum + hiddenMs, 0) };
}

/**
 * The least and the most that was available from one instant to another: of the samples within, and of those just
 * before and after. Undefined when these lie too far away.
 */
function around(
  { samples }: RawSeries,
  from: number,
  to: number,
  evidence: PrometheusEvidence,
): Bounds | undefined {
  const exact = from === to ? samples.find(([at]) => at === from) : undefined;
  if (exact !== undefined) return exactly(numberOf(exact[1]));
  const near = samples.filter(
    ([at], index) =>
      (at > from && at < to) ||
      (at <= from && (samples[index + 1]?.[0] ?? Infinity) > from && !isSilent(from - at, evidence)) ||
      (at >= to && (samples[index - 1]?.[0] ?? -Infinity) < to && !isSilent(at - to, evidence)),
  );
  if (near.length === 0) return undefined;
  const values = near.map(([, value]) => numberOf(value));
  return { low: Math.min(...values), high: Math.max(...values) };
}

function divided(used: Bounds, available: Bounds | undefined): Bounds | undefined {
  if (available === undefined || !(available.low > 0) || !Number.isFinite(available.high)) return undefined;
  const ends = [used.low / available.low, used.low / available.high];
  const others = [used.high / available.low, used.high / available.high];
  return { low: Math.min(...ends), high: Math.max(...others) };
}

function noCapacity(used: RawSeries, available: Bounds | undefined): Doubt {
  if (available === undefined) {
    return {
      reason: 'stale',
      sentence: `The capacity of ${seriesName(used.labels)} has no sample near its own.`,
    };
  }
  const is = available.low === available.high ? `${available.low}` : `${available.low} to ${available.high}`;
  return {
    reason: 'not-a-number',
    sentence: `The capacity of ${seriesName(used.labels)} is ${is}: no share of it can be told.`,
  };
}

function doubtOfCapacity(
  evidence: PrometheusEvidence,
  capacity: readonly RawSeries[] | undefined,
): Doubt | undefined {
  if (capacity === undefined) return undefined;
  const { notNumbers, silence } = gaugeWindow(capacity, evidence.span, 'max');
  const doubt = doubtOfGauges(evidence, capacity, notNumbers, silence);
  return doubt === undefined ? undefined : { ...doubt, sentence: `Capacity: ${doubt.sentence}` };
}

function nothing(reason: Nothing['reason'], sentence: string): Nothing {
  return { kind: 'nothing', reason, sentence };
}
