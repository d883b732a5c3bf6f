import { numberOf, type RawSeries } from './reading.ts';

/** One scrape of a target. Wall-clock milliseconds. */
export interface Scrape {
  readonly at: number;
  readonly succeeded: boolean;
  /** When the target's process started, by its own account at this scrape. */
  readonly startedAt?: number;
}

/** What is known of the scrapes of one target. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  /** By rising time. */
  readonly scrapes: readonly Scrape[];
  /** A sample shows the state at most so long after its time stamp: the longest scrape seen. */
  readonly lateMs: number;
}

/** For a target whose scrapes' length is not known. */
const UNKNOWN_LATE_MS = 100;

/** Targets from the series `up`, `scrape_duration_seconds` and `process_start_time_seconds`. */
export function targetsFrom(series: readonly RawSeries[]): readonly Target[] {
  const named = (name: string): readonly RawSeries[] =>
    series.filter((one) => one.labels['__name__'] === name);
  const starts = named('process_start_time_seconds');
  const durations = named('scrape_duration_seconds');
  return named('up').map((up) => {
    const { __name__: _, ...labels } = up.labels;
    const own = starts.filter((one) => belongsTo(one.labels, labels));
    // Of several processes behind one target none speaks for all of its series.
    const started = new Map(own.length === 1 ? own[0]?.samples : []);
    const lengths = durations
      .filter((one) => belongsTo(one.labels, labels))
      .flatMap((one) => one.samples.map(([, value]) => numberOf(value) * 1000))
      .filter((ms) => ms >= 0);
    return {
      labels,
      lateMs: lengths.length === 0 ? UNKNOWN_LATE_MS : lengths.reduce((most, ms) => Math.max(most, ms), 0),
      scrapes: up.samples.map(([at, value]) => {
        const start = numberOf(started.get(at) ?? 'NaN') * 1000;
        return { at, succeeded: value === 1, ...(Number.isFinite(start) ? { startedAt: start } : {}) };
      }),
    };
  });
}

/** The target that a series comes from; undefined when that is not known for certain. */
export function targetOf(
  targets: readonly Target[],
  labels: Readonly<Record<string, string>>,
): Target | undefined {
  const matching = targets.filter((target) => belongsTo(labels, target.labels));
  return matching.length === 1 ? matching[0] : undefined;
}

/** Names a series' target, also one of which nothing else is known. */
export function targetName(labels: Readonly<Record<string, string>>): string {
  return `${labels['job'] ?? '?'} ${labels['instance'] ?? '?'}`;
}

/** A series as PromQL writes it. */
export function seriesName({ __name__: name = '', ...labels }: Readonly<Record<string, string>>): string {
  return `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ')}}`;
}

function belongsTo(
  labels: Readonly<Record<string, string>>,
  target: Readonly<Record<string, string>>,
): boolean {
  for (const name in target) if (labels[name] !== target[name]) return false;
  return true;
}
