import { SCRAPES_BEFORE } from '../../prometheus/client.ts';
import type { WindowRecord } from '../../record/record.ts';
import type { Bounds } from '../../time/interval.ts';
import { needsOf, type Need, type PointsAt } from '../needs.ts';
import type { Assignment } from '../observations.ts';

/** Scrapes read after the window's end, so that the growth across its edge is seen. */
const SCRAPES_AFTER = 2;

/** One selector in one window. */
export interface SampleJob {
  readonly window: WindowRecord;
  readonly selector: string;
  readonly scrapes: boolean;
  readonly leadMs: number;
  /** Whether the server can compute what is needed: nothing but the growth of counters within the window. */
  readonly counters: boolean;
  /** What is read, by the server's clock (wall milliseconds); a few scrapes more are read before it. */
  readonly from: number;
  readonly to: number;
  /** Samples that a series has in what is read, by the scrape interval. */
  readonly samplesEach: number;
}

export interface PointJob {
  readonly window: WindowRecord;
  readonly query: string;
  readonly at: PointsAt;
  /** By the server's clock. */
  readonly from: number;
  readonly to: number;
}

export interface Jobs {
  readonly samples: readonly SampleJob[];
  readonly points: readonly PointJob[];
  /** Name of a window, where alert rules matter at all. */
  readonly rulesFor: string | undefined;
}

/**
 * All that the assignments need, each selector and each query once a window. `clock` is the server's clock minus the
 * runner's, milliseconds.
 */
export function jobsOf(
  assignments: readonly Assignment[],
  windows: readonly WindowRecord[],
  scrapeIntervalMs: number,
  clock: Bounds,
): Jobs {
  const named = new Map(windows.map((window) => [window.name, window]));
  const samples = new Map<string, SampleJob>();
  const points = new Map<string, PointJob>();
  let rulesFor: string | undefined;
  for (const { objective, window: name } of assignments) {
    const window = named.get(name);
    if (objective.signal.from !== 'prometheus' || window === undefined) continue;
    const needs = needsOf(objective.signal, window.monotonicTo - window.monotonicFrom);
    for (const need of needs) {
      if (need.kind === 'rules') {
        rulesFor ??= name;
      } else if (need.kind === 'points') {
        points.set(JSON.stringify([name, need.at, need.query]), pointJob(need, window, clock));
      } else {
        const key = JSON.stringify([name, need.selector]);
        samples.set(key, sampleJob(need, window, scrapeIntervalMs, clock, samples.get(key)));
      }
    }
  }
  return { samples: [...samples.values()], points: [...points.values()], rulesFor };
}

type SampleNeed = Extract<Need, { kind: 'samples' }>;
type PointNeed = Extract<Need, { kind: 'points' }>;

function pointJob(need: PointNeed, window: WindowRecord, clock: Bounds): PointJob {
  const offset = (clock.low + clock.high) / 2;
  return {
    window,
    query: need.query,
    at: need.at,
    from: Date.parse(window.from) + offset,
    to: Date.parse(window.to) + offset,
  };
}

function sampleJob(
  need: SampleNeed,
  window: WindowRecord,
  scrapeIntervalMs: number,
  clock: Bounds,
  other: SampleJob | undefined,
): SampleJob {
  const leadMs = Math.max(need.leadMs, other?.leadMs ?? 0);
  const from = Date.parse(window.from) + clock.low - leadMs;
  const to = Date.parse(window.to) + clock.high + SCRAPES_AFTER * scrapeIntervalMs;
  return {
    window,
    selector: need.selector,
    scrapes: need.scrapes || (other?.scrapes ?? false),
    leadMs,
    counters: need.counters && (other?.counters ?? true),
    from,
    to,
    samplesEach: Math.ceil((to - from) / scrapeIntervalMs) + SCRAPES_BEFORE,
  };
}
