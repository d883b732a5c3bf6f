import type { Scrape, Target } from './scrapes.ts';

/** Growth of one counter series between two scrapes. Wall-clock milliseconds. */
export interface Segment {
  /** After this scrape; -Infinity when it is not known since when. */
  readonly from: number;
  /** Up to this scrape. */
  readonly to: number;
  readonly low: number;
  readonly high: number;
  /** For so long within it the counter may have grown without any scrape ever showing it. */
  readonly hiddenMs: number;
}

export type CounterSample = readonly [at: number, value: number];

/** Start times that differ by less are one start, told twice. */
const SAME_START_MS = 500;
/** Start times are often whole seconds. */
const START_ROUNDING_MS = 1000;

/**
 * Takes a counter series apart into its growth between scrapes.
 *
 * - A restart (the value falls, or the process' start time changes): the counter began again from zero, so it
 *   grew by its new value at least; what it counted after its last scrape is lost, and said to be hidden.
 * - A value that falls although the process is the same (backends that deduplicate do this) is no restart:
 *   nothing is certain of it.
 * - A birth: growth is counted from zero when the target was scraped before without the series, or its process
 *   started later than the window. Otherwise nothing is known of its value before the first scrape.
 * - A series that its target did not show for some scrapes, and then again: when it began anew, an end and a birth;
 *   otherwise it grew by the difference at least, and by its new value at most.
 * - An end: the time until the target is scraped again, or else until `until`, is hidden.
 *
 * Where the process' start time is not known, a restart after which the counter soon exceeds its old value
 * cannot be seen.
 */
export function segmentsOf(
  samples: readonly CounterSample[],
  target: Target | undefined,
  until: number,
): readonly Segment[] {
  const segments: Segment[] = [];
  eachSegment(samples, target, startsOf(target), until, (segment) => segments.push(segment));
  return segments;
}

/** As `segmentsOf`, one at a time: a window may hold hundreds of thousands, and nobody needs them all at once. */
export function eachSegment(
  samples: readonly CounterSample[],
  target: Target | undefined,
  started: Starts,
  until: number,
  visit: (segment: Segment) => void,
): void {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return;
  const scrapes = target?.scrapes ?? [];
  visit(birth(first, target, started.get(first[0])));
  // Both are in order: one walk over the scrapes is enough for all samples.
  let next = 0;
  for (let index = 1; index < samples.length; index += 1) {
    const before = samples[index - 1];
    const after = samples[index];
    if (before === undefined || after === undefined) continue;
    while ((scrapes[next]?.at ?? Infinity) <= before[0]) next += 1;
    const absent = firstSuccess(scrapes, next, after[0]);
    const growth = between(before, after, started.get(before[0]), started.get(after[0]));
    if (absent === undefined) visit(growth);
    else for (const one of comeback(growth, absent.at, after, target, started)) visit(one);
  }
  if (last[0] < until) visit(end(last, target, until));
}

/** Start of a target's process, by the time of the scrape at which it was told. */
export type Starts = ReadonlyMap<number, number | undefined>;

export function startsOf(target: Target | undefined): Starts {
  return new Map(target?.scrapes.map((scrape) => [scrape.at, scrape.startedAt]));
}

function firstSuccess(scrapes: readonly Scrape[], index: number, until: number): Scrape | undefined {
  for (let place = index; ; place += 1) {
    const scrape = scrapes[place];
    if (scrape === undefined || scrape.at >= until) return undefined;
    if (scrape.succeeded) return scrape;
  }
}

function birth(
  [at, value]: CounterSample,
  target: Target | undefined,
  startedAt: number | undefined,
): Segment {
  const before = target?.scrapes.findLast((scrape) => scrape.at < at && scrape.succeeded);
  const since = Math.max(
    before?.at ?? -Infinity,
    startedAt === undefined ? -Infinity : Math.min(at, startedAt - START_ROUNDING_MS),
  );
  const low = Number.isFinite(since) ? value : 0;
  return { from: since, to: at, low, high: value, hiddenMs: 0 };
}

function between(
  [from, old]: CounterSample,
  [to, value]: CounterSample,
  startBefore: number | undefined,
  startAfter: number | undefined,
): Segment {
  const known = startBefore !== undefined && startAfter !== undefined;
  const moved = known ? Math.abs(startAfter - startBefore) : 0;
  const fell = value < old;
  if (moved > SAME_START_MS || (fell && (!known || moved > 0))) {
    return { from, to, low: value, high: value, hiddenMs: to - from };
  }
  if (fell) return { from, to, low: 0, high: value, hiddenMs: to - from };
  return { from, to, low: value - old, high: value - old, hiddenMs: 0 };
}

function comeback(
  growth: Segment,
  absentAt: number,
  after: CounterSample,
  target: Target | undefined,
  started: Starts,
): readonly Segment[] {
  const { from } = growth;
  const lost = { from, to: absentAt, low: 0, high: 0, hiddenMs: absentAt - from };
  const restarted = growth.hiddenMs > 0 && growth.low > 0;
  return restarted
    ? [lost, birth(after, target, started.get(after[0]))]
    : [{ ...growth, high: after[1], hiddenMs: absentAt - from }];
}

function end([from]: CounterSample, target: Target | undefined, until: number): Segment {
  const next = target?.scrapes.find((scrape) => scrape.at > from && scrape.succeeded);
  const to = next?.at ?? until;
  return { from, to, low: 0, high: 0, hiddenMs: to - from };
}
