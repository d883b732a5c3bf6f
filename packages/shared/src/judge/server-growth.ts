import { NotACounter, type GrowthGroup, type TargetGrowth, type WallSpan } from '../prometheus/counters.ts';
import { numberOf, type Answer, type Reading } from '../prometheus/reading.ts';
import { targetName, type Target } from '../prometheus/scrapes.ts';
import { tagOf } from '../prometheus/tagged.ts';
import type { GrowthReading } from './readings.ts';

/** Scrape intervals that are taken to be lost with a process whose scrapes are not known. */
const UNKNOWN_LOST = 2;
const AFTER_SCRAPES = 2;

/**
 * Bounds of the growth that the server computed, for each value of a label.
 *
 * At least: `increase` without what it adds by extrapolation, and the first values of series that were born so late
 * that their target had been scraped without them. At most: `increase` over the window and the scrapes around it,
 * which only ever adds; the first values of everything that had no sample just before the window; and what no scrape
 * showed, as for raw samples.
 */
export function serverGrowthBy(
  reading: GrowthReading,
  label: string | undefined,
  targets: readonly Target[],
  window: WallSpan,
): readonly GrowthGroup[] {
  const facts = factsOf(reading);
  const groups = Map.groupBy(facts.values(), ({ labels }) =>
    label === undefined ? '' : (labels[label] ?? ''),
  );
  return [...groups].map(([value, list]) => {
    const growth = new Map<string, TargetGrowth>();
    for (const one of list) {
      const name = targetName(one.labels);
      const target = targets.find(({ labels }) => targetName(labels) === name);
      growth.set(name, added(growth.get(name), growthOf(name, one, target, reading, window)));
    }
    return { value, seriesCount: list.reduce((sum, one) => sum + one.of('lost', 'series'), 0), growth };
  });
}

/** Whether the server has any series of the reading's. */
export function hasServerSeries({ lost }: GrowthReading): boolean {
  return lost.ok && lost.value.series.some((one) => tagOf(one) === 'series');
}

/** What the report says of a figure that the server computed. */
export function byServerSentence({ because }: GrowthReading): string {
  return (
    `Prometheus itself computed the growth (increase), as ${because}. The bounds take it that it extrapolates no ` +
    `further than Prometheus does, and that no counter that began again was soon above its old value.`
  );
}

interface Facts {
  readonly labels: Readonly<Record<string, string>>;
  of(part: 'increase' | 'born' | 'lost', tag: string): number;
}

function factsOf(reading: GrowthReading): ReadonlyMap<string, Facts> {
  const facts = new Map<string, Facts & { readonly values: Map<string, number> }>();
  const parts = { increase: reading.increase, born: reading.born, lost: reading.lost };
  for (const [part, answer] of Object.entries<Answer<Reading>>(parts)) {
    if (!answer.ok) continue;
    for (const one of answer.value.series) {
      const { labels, samples } = one;
      const key = JSON.stringify([labels['job'], labels['instance'], labels['le']]);
      const values = facts.get(key)?.values ?? new Map<string, number>();
      facts.set(key, { labels, values, of: (where, tag) => values.get(`${where} ${tag}`) ?? 0 });
      const value = numberOf(samples[0]?.[1] ?? 'NaN');
      if (!Number.isFinite(value) || value < 0) {
        throw new NotACounter(
          `expected counters, found that ${reading.selector} of ${targetName(labels)} grew by ${samples[0]?.[1]}`,
        );
      }
      values.set(`${part} ${tagOf(one)}`, value);
    }
  }
  return facts;
}

function growthOf(
  target: string,
  facts: Facts,
  known: Target | undefined,
  reading: GrowthReading,
  window: WallSpan,
): TargetGrowth {
  const { blurMs = 0 } = window;
  const scrapeMs = reading.scrapeIntervalMs;
  const from = window.from + blurMs;
  const inside = facts.of('increase', 'inside');
  const born = facts.of('born', 'least');
  const bornFromZero =
    known?.scrapes.some(
      ({ at, succeeded }) => succeeded && at > from && at <= from + AFTER_SCRAPES * scrapeMs,
    ) ?? false;
  const starts = startsIn(known, window, scrapeMs);
  const resets = facts.of('lost', 'resets');
  const times = Math.max(resets, starts) + (facts.of('lost', 'ended') > 0 ? 1 : 0);
  const busiest = facts.of('lost', 'busiest') / 1000;
  return {
    target,
    inside: {
      low: facts.of('increase', 'least') + (bornFromZero ? born : 0),
      high: inside + facts.of('born', 'most'),
    },
    edge: { low: 0, high: Math.max(0, facts.of('increase', 'around') - inside) },
    hiddenMs: times * longestGap(known, window, scrapeMs),
    // A start that no counter's fall has shown: what it counted before is missing from the increase.
    busiest: busiest > 0 && starts <= resets ? busiest : Infinity,
  };
}

/** How often the target's process started anew around the window. */
function startsIn(target: Target | undefined, window: WallSpan, scrapeMs: number): number {
  const told = (target?.scrapes ?? []).filter(
    ({ at, startedAt }) =>
      startedAt !== undefined && at > window.from - scrapeMs && at <= window.to + AFTER_SCRAPES * scrapeMs,
  );
  return told.filter(({ startedAt = 0 }, index) => {
    const before = told[index - 1]?.startedAt;
    return before !== undefined && Math.abs(startedAt - before) > 500;
  }).length;
}

function longestGap(target: Target | undefined, window: WallSpan, scrapeMs: number): number {
  if (target === undefined) return UNKNOWN_LOST * scrapeMs;
  const { blurMs = 0 } = window;
  const until = window.to + blurMs;
  let last = window.from - blurMs;
  let longest = scrapeMs;
  for (const { at, succeeded } of target.scrapes) {
    if (!succeeded || at > until + AFTER_SCRAPES * scrapeMs) continue;
    longest = Math.max(longest, at - last);
    last = Math.max(last, at);
  }
  return Math.max(longest, until - last);
}

function added(left: TargetGrowth | undefined, right: TargetGrowth): TargetGrowth {
  if (left === undefined) return right;
  return {
    target: left.target,
    inside: { low: left.inside.low + right.inside.low, high: left.inside.high + right.inside.high },
    edge: { low: left.edge.low + right.edge.low, high: left.edge.high + right.edge.high },
    hiddenMs: Math.max(left.hiddenMs, right.hiddenMs),
    busiest: left.busiest + right.busiest,
  };
}
