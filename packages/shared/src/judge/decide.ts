import { valueOf, type Finding, type InconclusiveReason } from '../objectives/finding.ts';
import type { Objective } from '../objectives/objective.ts';
import type { Bounds } from '../time/interval.ts';
import { defaultLeast, PROVEN_BY } from './least-samples.ts';
import type { Assignment } from './observations.ts';
import { longerWindow, moreForInference, moreSamples, type DecidedShare } from './would-decide.ts';

export type Decision = 'holds' | 'violated' | 'open';

/** Why what was measured must not count as a pass. It never takes a proven violation back. */
export interface Doubt {
  readonly reason: InconclusiveReason;
  readonly sentence: string;
  /** What would put it to rest, where that is known. */
  readonly wouldDecide?: string;
}

/** What a signal was found to be in a window. */
export interface Measured {
  readonly kind: 'measured';
  readonly value: Bounds;
  readonly samples: number;
  /** Samples that certainly count against the objective; Infinity where each is a fact that needs no others. */
  readonly violations?: number;
  /** Where the decision does not follow from the value's bounds alone. */
  readonly decision?: Decision;
  /** Where the value is a share of events, or is decided by one. Only such a value can be inferred. */
  readonly share?: DecidedShare;
  /** In so many seconds the samples came. */
  readonly seconds?: number;
  /** What would decide it when the limit lies within the bounds, where the signal knows better than a longer window. */
  readonly finer?: string;
  readonly doubt?: Doubt;
  /** Said in any case. */
  readonly note?: string;
}

/** That nothing can be decided, and why. */
export interface Nothing {
  readonly kind: 'nothing';
  readonly reason: InconclusiveReason;
  readonly sentence: string;
  readonly wouldDecide?: string;
  /** Shown, but not judged. */
  readonly value?: Bounds;
  /** How many there were, where there were some. */
  readonly samples?: number;
}

export type Measurement = Measured | Nothing;

export interface SignalWords {
  /** The signal in words. */
  readonly signal: string;
  readonly query?: string;
}

/** Whether a value that lies within the bounds satisfies the limit. */
export function decide({ low, high }: Bounds, comparator: Objective['comparator'], limit: number): Decision {
  const [holds, violated] = {
    '<': [high < limit, low >= limit],
    '<=': [high <= limit, low > limit],
    '>': [low > limit, high <= limit],
    '>=': [low >= limit, high < limit],
  }[comparator];
  return holds ? 'holds' : violated ? 'violated' : 'open';
}

/** Makes the finding. It is a pass only if nothing at all speaks against it. */
export function findingOf(assignment: Assignment, words: SignalWords, measurement: Measurement): Finding {
  const { objective } = assignment;
  const least = assignment.least ?? objective.leastSamples ?? defaultLeast(objective);
  const judged = withoutData(
    objective,
    measurement.kind === 'nothing' ? open(measurement) : judgeMeasured(objective, least, measurement),
  );
  const doubt = measurement.kind === 'measured' ? measurement.doubt : undefined;
  return {
    objective: assignment.objectiveName,
    window: assignment.window,
    signal: words.signal,
    outcome: judged.outcome,
    value: shown(measurement.value),
    limit: objective.limit,
    comparator: objective.comparator,
    samples: measurement.samples ?? 0,
    unit: objective.unit,
    severity: objective.severity ?? 'must',
    ...(judged.reason === undefined ? {} : { reason: judged.reason }),
    ...(doubt === undefined || doubt.reason === judged.reason ? {} : { doubt: doubt.reason }),
    ...(judged.sentence === '' ? {} : { explanation: judged.sentence }),
    ...(judged.wouldDecide === undefined ? {} : { wouldDecide: judged.wouldDecide }),
    ...(objective.claim === 'inferred' ? { claim: objective.claim } : {}),
    ...(words.query === undefined ? {} : { query: words.query }),
    ...(objective.source === undefined ? {} : { source: objective.source }),
  };
}

interface Judged {
  readonly outcome: Finding['outcome'];
  readonly reason?: InconclusiveReason;
  readonly sentence: string;
  readonly wouldDecide?: string | undefined;
}

function judgeMeasured(objective: Objective, least: number, measured: Measured): Judged {
  const { value, samples, violations = 0, doubt, note } = measured;
  if (Number.isNaN(value.low) || Number.isNaN(value.high)) {
    return open({ reason: 'not-a-number', sentence: say('The value is not a number.', note) });
  }
  if (objective.claim === 'inferred' && measured.share === undefined) {
    return open({ reason: 'not-run', sentence: 'Only a share of events can be inferred, and this is none.' });
  }
  const decision = measured.decision ?? decide(value, objective.comparator, objective.limit);
  const enough = samples >= least;
  if (decision === 'violated' && (enough || violations >= PROVEN_BY)) {
    return { outcome: 'fail', sentence: say(note, doubt?.sentence) };
  }
  // Where there is nothing at all, why there is nothing says more than how much there should be.
  if (samples === 0 && doubt !== undefined) return open({ ...doubt, sentence: say(doubt.sentence, note) });
  if (!enough) {
    const sentence = say(`${least} samples are needed, there were ${samples}.`, note, doubt?.sentence);
    const wouldDecide = moreSamples(least, samples, measured.seconds);
    return open({ reason: 'too-few-samples', sentence, wouldDecide });
  }
  if (decision === 'open') {
    const sentence = say('The limit lies within what the value may be.', note, doubt?.sentence);
    return open({ reason: 'straddles-limit', sentence, wouldDecide: narrower(objective, measured) });
  }
  if (doubt !== undefined) return open({ ...doubt, sentence: say(doubt.sentence, note) });
  return { outcome: 'pass', sentence: say(note) };
}

function narrower({ claim }: Objective, { share, samples, seconds, finer }: Measured): string {
  if (finer !== undefined) return finer;
  if (claim === 'inferred' && share !== undefined) return moreForInference(share, samples, seconds);
  const longer = share === undefined ? undefined : longerWindow(share, seconds);
  return longer ?? 'A longer window or finer measurements would decide it.';
}

function open({ reason, sentence, wouldDecide }: Doubt): Judged {
  return { outcome: 'inconclusive', reason, sentence, wouldDecide };
}

function withoutData({ noData }: Objective, judged: Judged): Judged {
  if (noData !== 'fail' || judged.reason !== 'no-samples') return judged;
  return { ...judged, outcome: 'fail', sentence: say(judged.sentence, 'No data counts as a failure here.') };
}

function shown(value: Bounds | undefined): Finding['value'] {
  if (value === undefined || Number.isNaN(value.low) || Number.isNaN(value.high)) return null;
  // JSON has no infinities: a value that is all of one is none that could be shown.
  return Number.isFinite(value.low) ? valueOf(value) : null;
}

function say(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter((one) => one !== undefined && one !== '').join(' ');
}
