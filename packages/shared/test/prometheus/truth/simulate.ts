import { anchor } from '../../judge/observations-of.ts';
import { nativeHistogramOf, STALE, type NativeCounts, type WrittenSeries } from '../remote-write.ts';

/** One request that a target served. Instants are milliseconds from the judged window's start. */
export interface Request {
  readonly at: number;
  readonly bad: boolean;
  readonly seconds: number;
}

export interface Scrape {
  /** The stamp that its samples get. */
  readonly at: number;
  /** It shows the state so long after its stamp. Default 5. */
  readonly lateMs?: number;
  readonly failed?: boolean;
}

/** A target of scrapes whose every request is known. */
export interface SimulatedTarget {
  readonly job: string;
  readonly instance: string;
  /** When its processes started, rising: each counts from zero. Default: long before everything. */
  readonly starts?: readonly number[];
  readonly scrapes: readonly Scrape[];
  readonly requests: readonly Request[];
  /** Good requests, fast ones, that the first process had served before. */
  readonly base?: number;
  /** Bounds of its classic histogram, seconds; +Inf is added. */
  readonly buckets?: readonly number[];
  /** Schema of its native histogram, by instant; it is 3 when that is not given. */
  readonly nativeSchema?: (at: number) => number;
  readonly gauge?: (at: number) => number;
  /** No series at all before the first request. */
  readonly lazy?: boolean;
  /** Does not tell when its process started. */
  readonly startUnknown?: boolean;
}

const LONG_BEFORE = -3_000_000;
const LATE_MS = 5;

/** Scrapes at even distances. */
export function scrapesEvery(
  everyMs: number,
  offsetMs: number,
  more: { readonly from?: number; readonly to?: number; readonly of?: (at: number) => Partial<Scrape> } = {},
): readonly Scrape[] {
  const { from = -120_000, to = 345_000, of = () => ({}) } = more;
  const scrapes: Scrape[] = [];
  for (let at = from + offsetMs; at <= to; at += everyMs) scrapes.push({ at, ...of(at) });
  return scrapes;
}

/** Requests at even distances; what becomes of each follows from its number and its instant. */
export function traffic(
  from: number,
  to: number,
  perSecond: number,
  of: { bad?: (index: number, at: number) => boolean; seconds?: (index: number, at: number) => number } = {},
): readonly Request[] {
  const count = Math.floor(((to - from) / 1000) * perSecond);
  return Array.from({ length: count }, (_, index) => {
    const at = from + ((index + 0.5) * 1000) / perSecond;
    return { at, bad: of.bad?.(index, at) ?? false, seconds: of.seconds?.(index, at) ?? 0.05 };
  });
}

/** So many bad requests at one instant. */
export function burst(at: number, count: number, seconds = 0.05): readonly Request[] {
  return Array.from({ length: count }, () => ({ at, bad: true, seconds }));
}

interface Shown {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | NativeCounts;
}

/** What a Prometheus that scrapes the target stores, stale markers included. */
export function seriesOf(target: SimulatedTarget): readonly WrittenSeries[] {
  const series = new Map<
    string,
    { labels: Shown['labels']; points: [number, Shown['value'] | typeof STALE][] }
  >();
  const put = (labels: Shown['labels'], at: number, value: Shown['value'] | typeof STALE): void => {
    const key = JSON.stringify(labels);
    const one = series.get(key) ?? { labels, points: [] };
    series.set(key, one);
    one.points.push([Math.round(anchor.wallMs + at), value]);
  };
  let before: readonly Shown[] = [];
  for (const { at, lateMs = LATE_MS, failed = false } of target.scrapes) {
    const shown = failed ? [] : exposed(target, at + lateMs);
    const now = new Set(shown.map(({ labels }) => JSON.stringify(labels)));
    for (const { labels } of before) if (!now.has(JSON.stringify(labels))) put(labels, at, STALE);
    for (const { labels, value } of shown) put(labels, at, value);
    const own = { job: target.job, instance: target.instance };
    put({ __name__: 'up', ...own }, at, failed ? 0 : 1);
    put({ __name__: 'scrape_duration_seconds', ...own }, at, lateMs / 1000);
    before = shown;
  }
  return [...series.values()].map(({ labels, points }) => {
    const isNative = points.some(([, value]) => typeof value === 'object');
    const samples = points.flatMap(([at, value]): (readonly [number, number | typeof STALE])[] =>
      typeof value === 'object' || (isNative && value === STALE) ? [] : [[at, value]],
    );
    const histograms = points.flatMap(([at, value]) =>
      typeof value === 'object' ? [[at, value] as const] : [],
    );
    return { labels, samples, histograms };
  });
}

function exposed(target: SimulatedTarget, at: number): readonly Shown[] {
  const starts = target.starts ?? [LONG_BEFORE];
  const start = starts.findLast((one) => one <= at);
  if (start === undefined) return [];
  const own = { job: target.job, instance: target.instance };
  const shown: Shown[] = [];
  const show = (name: string, value: Shown['value'], more: Record<string, string> = {}): void => {
    shown.push({ labels: { __name__: name, ...own, ...more }, value });
  };
  if (target.startUnknown !== true) {
    show('process_start_time_seconds', (anchor.wallMs + start) / 1000);
  }
  const base = start === starts[0] ? (target.base ?? 0) : 0;
  const served = target.requests.filter((one) => one.at > start && one.at <= at);
  const bad = served.filter((one) => one.bad).length;
  if (target.lazy !== true || served.length > 0) {
    show('requests_total', base + served.length - bad, { code: '200' });
    if (bad > 0) show('requests_total', bad, { code: '500' });
  }
  if (target.buckets !== undefined) {
    for (const le of target.buckets) {
      const within = base + served.filter(({ seconds }) => seconds <= le).length;
      show('took_seconds_bucket', within, { le: String(le) });
    }
    show('took_seconds_bucket', base + served.length, { le: '+Inf' });
  }
  if (target.nativeSchema !== undefined) {
    const seconds = served.map((one) => one.seconds);
    show('took_seconds', nativeHistogramOf(target.nativeSchema(at), seconds));
  }
  if (target.gauge !== undefined) show('in_flight', target.gauge(at));
  return shown;
}
