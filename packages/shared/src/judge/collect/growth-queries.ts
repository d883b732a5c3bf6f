import { SCRAPES_BEFORE } from '../../prometheus/client.ts';
import { parseSelector } from '../../prometheus/selector.ts';
import type { Tagged } from '../../prometheus/tagged.ts';

/**
 * `increase` extends what it saw by at most 1.1 scrapes at each end, in each series by its own spacing of samples: see
 * `extrapolatedRate` in Prometheus' promql/functions.go.
 */
const EXTENDED_BY = 2.2;
/** Scrapes before the window and after it, so that pairs across its edges are in. */
const BEFORE = SCRAPES_BEFORE;
const AFTER = 2;
/** A series that was there so shortly before was not born. */
const RECENT_MS = 300_000;

export interface GrowthSpan {
  /** The window, by the server's clock: no later than its start and its end may be. */
  readonly from: number;
  readonly to: number;
  /** Both ends are only known to so much. */
  readonly blurMs: number;
  /** A sample shows the state at most so long after its stamp. */
  readonly lateMs: number;
  readonly scrapeIntervalMs: number;
}

export interface GrowthQueries {
  /** All are evaluated then. */
  readonly at: number;
  readonly increase: readonly Tagged[];
  readonly born: readonly Tagged[];
  readonly lost: readonly Tagged[];
  readonly busiest: Tagged;
}

/** What to ask so that the growth of a selector's counters lies within bounds without reading any raw sample. */
export function growthQueries(selector: string, span: GrowthSpan): GrowthQueries {
  const scrape = span.scrapeIntervalMs;
  const at = Math.ceil(span.to + span.blurMs + AFTER * scrape);
  const wide = at - Math.floor(span.from - span.blurMs - BEFORE * scrape);
  const insideTo = Math.floor(span.to - span.blurMs - span.lateMs);
  const inside = Math.max(1, insideTo - Math.ceil(span.from + span.blurMs));
  const by = groupsOf(selector);
  const sum = (expression: string): string => `sum by (${by}) (${expression})`;
  const between = (from: number, to: number): string =>
    `${selector}[${Math.max(1, Math.ceil(to - from))}ms] offset ${Math.floor(at - to)}ms`;
  const within = between(insideTo - inside, insideTo);
  const all = `${selector}[${wide}ms]`;
  // Born so late that a scrape of the window lies before: its first value was all counted within.
  const bornBy = insideTo - inside + AFTER * scrape;
  const known = `last_over_time(${between(bornBy - AFTER * scrape - Math.max(RECENT_MS, BEFORE * scrape), bornBy)})`;
  // With a sample here, the growth from it on is in `around`.
  const before = `last_over_time(${between(at - wide, span.from - span.blurMs - span.lateMs)})`;
  const fresh = `last_over_time(${selector}[${AFTER * scrape}ms])`;
  return {
    at,
    increase: [
      { tag: 'inside', query: sum(`increase(${within})`) },
      {
        tag: 'least',
        query: sum(`increase(${within}) / (1 + ${EXTENDED_BY} / (count_over_time(${within}) - 1))`),
      },
      { tag: 'around', query: sum(`increase(${all})`) },
    ],
    born: [
      { tag: 'least', query: sum(`min_over_time(${within}) unless ${known}`) },
      // The first value of a series that was never reset is its smallest; of another it is at most its largest.
      {
        tag: 'most',
        query: sum(
          `((min_over_time(${all}) unless (resets(${all}) > 0)) or max_over_time(${all})) unless ${before}`,
        ),
      },
    ],
    lost: [
      { tag: 'series', query: `count by (${by}) (last_over_time(${all}))` },
      { tag: 'resets', query: `max by (${by}) (resets(${all}))` },
      {
        tag: 'ended',
        query: `count by (${by}) (last_over_time(${all}) unless ${fresh})`,
      },
    ],
    busiest: {
      tag: 'busiest',
      query: `max_over_time(${sum(`irate(${selector}[${3 * scrape}ms])`)}[${wide}ms:${scrape}ms])`,
    },
  };
}

/** Labels that the growth is told apart by. */
function groupsOf(selector: string): string {
  return parseSelector(selector)?.metric.endsWith('_bucket') === true ? 'job, instance, le' : 'job, instance';
}
