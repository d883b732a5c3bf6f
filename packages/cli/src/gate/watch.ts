import { certainFailures, type CertainFailure } from '@ordeal/shared/judge/certain';
import type { SightBefore } from '@ordeal/shared/judge/collect-sight';
import type { Observations } from '@ordeal/shared/judge/observations';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { Span } from '@ordeal/shared/time/interval';
import type { Standing } from '@ordeal/shared/timeline/event';
import { judgementOf } from '../judge/conclude.ts';
import { standingInWords } from '../progress/standing.ts';
import type { Gate } from './gate.ts';
import { observeInterval } from './observe-interval.ts';

export interface WatchOptions {
  /** Monotonic milliseconds. */
  readonly span: Span;
  readonly everyMs: number;
  /** What Prometheus said of itself at the start. */
  readonly before: SightBefore;
  readonly signal: AbortSignal;
}

/** What a watch came to. */
export interface Watched {
  /** Failures that no time that is left could have turned; none when all the time was watched, or it was interrupted. */
  readonly certain: readonly CertainFailure[];
  /** What they were seen in. */
  readonly observations: Observations | null;
  /** Instances that were seen to be new; null when that was not asked. */
  readonly instances: readonly string[] | null;
  /** Until when it was watched. */
  readonly until: number;
}

/** So far behind the present everything was scraped that is still being scraped. */
export const SCRAPES_BEHIND = 2;
/** Of the time, at most this share is spent reading: the longer a read takes, the fewer there are. */
const READING_SHARE = 0.1;
/** It is looked at so often at least, however long one read took: the first one is often slow. */
const LEAST_ROUNDS = 10;

/** Judges again and again what there is since the start, until the time is over or failure is certain. */
export async function watch(gate: Gate, { span, everyMs, before, signal }: WatchOptions): Promise<Watched> {
  const { clock, journal } = gate;
  const behindMs = SCRAPES_BEHIND * gate.loaded.platform.prometheus.scrapeIntervalSeconds * 1000;
  let instances: readonly string[] | null = gate.startedAfter === undefined ? null : [];
  let standing: ReadonlyMap<string, Standing['outcome']> = new Map();
  let silentRounds = 0;
  let pauseMs = everyMs;
  const over = (
    certain: readonly CertainFailure[],
    observations: Observations | null,
    until: number,
  ): Watched => ({
    certain,
    observations,
    instances,
    until,
  });
  try {
    for (;;) {
      await clock.sleep(Math.min(pauseMs, span.to - clock.now()), signal);
      const began = clock.now();
      if (began >= span.to) return over([], null, span.to);
      const until = began - behindMs;
      if (until - span.from < behindMs) continue;
      const observed = await observeInterval(
        gate,
        { from: span.from, to: until },
        {
          barrierMs: 0,
          lookForGaps: false,
          before,
          ...(instances === null ? {} : { instances }),
          signal,
          end: { how: 'finished' },
        },
      );
      const sparing = Math.min((clock.now() - began) / READING_SHARE, (span.to - span.from) / LEAST_ROUNDS);
      pauseMs = Math.max(everyMs, sparing);
      if (observed.heard) {
        if (silentRounds > 0) journal.append({ type: 'note', message: 'Prometheus answers again' });
        silentRounds = 0;
      } else {
        silentRounds += 1;
        journal.append({ type: 'warning', message: silence(silentRounds, observed.observations) });
      }
      if (instances !== null) {
        const joined = (observed.instances ?? []).filter((name) => instances?.includes(name) !== true);
        if (joined.length > 0) {
          journal.append({ type: 'note', message: `new instances: ${joined.join(', ')}` });
        }
        instances = observed.instances ?? instances;
      }
      const { findings } = judgementOf(observed.observations, []);
      // What is compared with history, and the observer's own health, are for the end.
      const judged = findings.slice(0, observed.observations.assignments.length);
      journal.append({ type: 'standing', phase: gate.kind, findings: judged.map(standingOf) });
      for (const finding of judged) {
        if (finding.outcome !== 'fail' || standing.get(finding.objective) === 'fail') continue;
        const still = finding.severity === 'must' ? ' (it may still turn)' : '';
        journal.append({ type: 'warning', message: `${standingInWords(finding)}${still}` });
      }
      standing = new Map(judged.map((finding) => [finding.objective, finding.outcome]));
      const certain = certainFailures(observed.observations, findings, span.to - until);
      if (certain.length > 0) return over(certain, observed.observations, until);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return over([], null, Math.max(span.from + 1, clock.now() - behindMs));
  }
}

function silence(rounds: number, { readings }: Observations): string {
  const failed = readings.flatMap((one) => (one.kind === 'growth' ? one.increase : one.answer));
  const error = failed.find((answer) => !answer.ok);
  const why = error !== undefined && !error.ok ? error.error.message : 'no answer';
  return `${why}; for ${rounds === 1 ? 'one round' : `${rounds} rounds`} now. The watch goes on`;
}

function standingOf(finding: Finding): Standing {
  const { objective, outcome, value, limit, comparator, unit, severity, reason } = finding;
  return {
    objective,
    outcome,
    value,
    limit,
    comparator,
    unit,
    severity,
    ...(reason === undefined ? {} : { reason }),
  };
}
