import type { Objective } from '../../objectives/objective.ts';
import type { PrometheusSignal } from '../../objectives/signal.ts';
import type { WallSpan } from '../../prometheus/counters.ts';
import { ratioBounds } from '../../prometheus/ratio-bounds.ts';
import type { RawSeries } from '../../prometheus/reading.ts';
import type { Bounds } from '../../time/interval.ts';
import type { Doubt, Measurement } from '../decide.ts';
import { hiddenNote, type PrometheusEvidence } from '../prometheus-evidence.ts';
import { absentBad } from './absent-bad.ts';
import { isSilent, doubtOfCounters } from './prometheus-doubt.ts';

type BurnRate = Extract<PrometheusSignal, { measure: 'burn-rate' }>;

/** How fast the budget burned in one window. */
interface Burn {
  readonly value: Bounds;
  /** Events, and bad ones, that certainly are the window's. */
  readonly whole: number;
  readonly bad: number;
  readonly hiddenMs: number;
  readonly doubt?: Doubt;
}

/**
 * The largest, over the pairs of windows, of min(burn of the long, burn of the short) / factor, where burn = error ratio
 * / (1 − target) (Beyer et al., The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts").
 */
export function prometheusBurnRate(
  evidence: PrometheusEvidence,
  objective: Objective,
  signal: BurnRate,
): Measurement {
  const burns = new Map<number, Burn>();
  const burnOver = (seconds: number): Burn => {
    const known = burns.get(seconds) ?? burnOf(evidence, seconds, signal.target);
    burns.set(seconds, known);
    return known;
  };
  const pairs = signal.windows.map(({ longSeconds, shortSeconds, factor }) => {
    const [long, short] = [burnOver(longSeconds), burnOver(shortSeconds)];
    return {
      low: Math.min(long.value.low, short.value.low) / factor,
      high: Math.min(long.value.high, short.value.high) / factor,
      bad: Math.min(long.bad, short.bad),
    };
  });
  const all = [...burns.values()];
  const absent = absentBad(evidence, evidence.samples(0), evidence.samples(1), signal);
  const doubt = evidence.doubt ?? all.find((one) => one.doubt !== undefined)?.doubt ?? absent.doubt;
  if (all.every(({ whole, value }) => whole === 0 && value.high === Infinity)) {
    return {
      ...(doubt ?? { reason: 'no-samples', sentence: 'Nothing was counted in any of the windows.' }),
      kind: 'nothing',
    };
  }
  const notes = [
    absent.note,
    hiddenNote(Math.max(...all.map(({ hiddenMs }) => hiddenMs))),
    evidence.samples(1).byServer,
  ].filter((note) => note !== undefined);
  const fewIsGood = objective.comparator === '<' || objective.comparator === '<=';
  return {
    kind: 'measured',
    value: {
      low: Math.max(...pairs.map(({ low }) => low)),
      high: Math.max(...pairs.map(({ high }) => high)),
    },
    samples: Math.floor(Math.min(...all.map(({ whole }) => whole))),
    // One pair beyond the limit is enough, whatever the others are.
    violations: Math.floor(
      fewIsGood
        ? Math.max(0, ...pairs.flatMap(({ low, bad }) => (low >= objective.limit ? [bad] : [])))
        : Math.min(...all.map(({ whole, bad }) => whole - bad)),
    ),
    ...(doubt === undefined ? {} : { doubt }),
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  };
}

function burnOf(evidence: PrometheusEvidence, seconds: number, target: number): Burn {
  const { to, blurMs } = evidence.span;
  const span: WallSpan = { from: to - seconds * 1000, to, ...(blurMs === undefined ? {} : { blurMs }) };
  const bad = evidence.samples(0);
  const all = evidence.samples(1);
  const unknown = { value: { low: 0, high: Infinity }, whole: 0, bad: 0, hiddenMs: 0 };
  const since = earliest(evidence, all.series);
  if (all.byServer === undefined && (since === undefined || isSilent(since - span.from, evidence))) {
    const reach = since === undefined ? 0 : Math.max(0, to - since) / 1000;
    return {
      ...unknown,
      doubt: {
        reason: 'no-samples',
        sentence: `Prometheus has ${reach.toFixed(0)} s of the window of ${seconds} s: it, or what it scrapes, is younger.`,
        wouldDecide: `It can be judged when Prometheus has scraped for ${seconds} s, or with a shorter window.`,
      },
    };
  }
  const { ratio, part, whole, hiddenMs } = ratioBounds(bad.growth(span), all.growth(span));
  if (ratio === undefined) {
    const sentence = `Nothing was counted in the window of ${seconds} s: no traffic.`;
    return { ...unknown, doubt: { reason: 'no-samples', sentence } };
  }
  const doubt = doubtOfCounters(evidence, all.series, span);
  return {
    value: { low: ratio.low / (1 - target), high: ratio.high / (1 - target) },
    whole,
    bad: part,
    hiddenMs,
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/** The earliest instant from which there is anything. */
function earliest({ targets }: PrometheusEvidence, series: readonly RawSeries[]): number | undefined {
  const instants = [
    ...series.flatMap(({ samples }) => samples[0]?.[0] ?? []),
    ...targets.flatMap(({ scrapes }) => scrapes[0]?.at ?? []),
  ];
  return instants.length === 0 ? undefined : Math.min(...instants);
}
