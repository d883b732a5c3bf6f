import type { Finding } from '../objectives/finding.ts';
import type { Objective } from '../objectives/objective.ts';
import { exactly } from '../time/interval.ts';
import { findingOf, type Measurement } from './decide.ts';
import type { Observations } from './observations.ts';
import { sampleClock } from './prometheus-clock.ts';
import { beganBefore, restartOf } from './prometheus-restart.ts';
import type { PrometheusSight } from './prometheus-sight.ts';

/** Findings on the observer itself are on the run as a whole. */
export const WHOLE_RUN = 'run';

/** Longer than so many scrapes without one (one may be missing) is a gap. */
const GAP_SCRAPES = 2.5;

/**
 * How well Prometheus could see, as findings: one for each aspect. They warn and never decide; where something broke
 * what an objective rests on, that objective is inconclusive by itself. None when nothing was asked of Prometheus.
 */
export function observerFindings({ sight }: Observations): readonly Finding[] {
  if (sight === undefined) return [];
  const server = `Prometheus ${sight.version ?? '(version not told)'}`;
  const aspects: readonly (readonly [string, string, number, string, Measurement])[] = [
    ['scrapes without gaps', 'longest time without a scrape', gapLimit(sight), 's', gaps(sight)],
    ['targets still there', 'watched targets that are gone', 0, 'targets', gone(sight)],
    ['not started anew', 'times it was started anew', 0, 'starts', restarts(sight)],
    ['clock agrees with the runner', 'distance of its clock', clockLimit(sight), 'ms', clock(sight)],
  ];
  return aspects.map(([name, signal, limit, unit, measured]) =>
    findingOf(
      {
        objectiveName: `observer: ${name}`,
        objective: objectiveOf(limit, unit),
        window: WHOLE_RUN,
        least: 1,
      },
      { signal: `${server}: ${signal}` },
      measured,
    ),
  );
}

function objectiveOf(limit: number, unit: string): Objective {
  return {
    // Only to have one: these are not judged by a signal of the platform's.
    signal: { from: 'prometheus', measure: 'present', selector: 'up' },
    comparator: '<=',
    limit,
    unit,
    severity: 'should',
    source: 'set by the suite: how well its observer could see',
  };
}

function gapLimit({ scrapeIntervalMs = 0 }: PrometheusSight): number {
  return (GAP_SCRAPES * scrapeIntervalMs) / 1000;
}

function clockLimit({ scrapeIntervalMs = 0 }: PrometheusSight): number {
  return scrapeIntervalMs;
}

function gaps({ gaps: list, unread }: PrometheusSight): Measurement {
  if (unread?.scrapes !== undefined) {
    return { kind: 'nothing', reason: 'query-failed', sentence: `${unread.scrapes}.` };
  }
  const [first] = list;
  if (first === undefined) {
    return {
      kind: 'nothing',
      reason: 'no-samples',
      sentence: 'None of the watched targets was ever scraped.',
    };
  }
  const worst = list.reduce((left, right) => (right.longestMs > left.longestMs ? right : left), first);
  const failed = list.filter((one) => one.failed > 0).map((one) => `${one.target} (${one.failed})`);
  return {
    kind: 'measured',
    value: exactly(worst.longestMs / 1000),
    samples: list.length,
    violations: Infinity,
    note:
      `The longest was that of ${worst.target}.` +
      (failed.length === 0 ? '' : ` Scrapes failed: ${failed.join(', ')}.`),
  };
}

function gone({ gone: list, gaps: seen, unread }: PrometheusSight): Measurement {
  // Who does not answer names nobody as gone.
  if (unread?.scrapes !== undefined) {
    return { kind: 'nothing', reason: 'query-failed', sentence: `${unread.scrapes}.` };
  }
  return {
    kind: 'measured',
    value: exactly(list.length),
    samples: Math.max(1, seen.length),
    violations: Infinity,
    ...(list.length === 0 ? {} : { note: `Gone: ${list.join(', ')}.` }),
  };
}

function restarts(sight: PrometheusSight): Measurement {
  const { before, after } = sight.startedAt;
  const known = after !== null && (before !== null || typeof sight.kept === 'boolean' || beganBefore(sight));
  if (!known) {
    const sentence = `It is not known when Prometheus was started: ${sight.unread?.start ?? 'it did not tell'}.`;
    return { kind: 'nothing', reason: 'no-samples', sentence };
  }
  const at = beganBefore(sight) ? undefined : restartOf(sight);
  const kept =
    sight.kept === true ? 'with what it had scraped before' : 'without anything that it had scraped before';
  return {
    kind: 'measured',
    value: exactly(at === undefined ? 0 : 1),
    samples: 1,
    violations: Infinity,
    ...(at === undefined ? {} : { note: `It was started anew at ${new Date(at).toISOString()}, ${kept}.` }),
  };
}

function clock(sight: PrometheusSight): Measurement {
  const { doubt } = sampleClock(sight);
  const { clockOffsetMs: offset } = sight;
  if (offset === null) {
    const why = sight.unread?.clock ?? 'Prometheus did not tell its clock';
    const sentence = doubt?.sentence ?? `${why}. The stamps of its scrapes agree with the runner's clock.`;
    return { kind: 'nothing', reason: 'no-samples', sentence };
  }
  const { low, high } = offset;
  return {
    kind: 'measured',
    value: {
      low: low <= 0 && high >= 0 ? 0 : Math.min(Math.abs(low), Math.abs(high)),
      high: Math.max(Math.abs(low), Math.abs(high)),
    },
    samples: 1,
    violations: Infinity,
    note: `It is ahead by ${low.toFixed(1)} to ${high.toFixed(1)} ms; the windows were moved by that.`,
    ...(doubt === undefined ? {} : { doubt }),
  };
}
