import { valueOf, type Finding, type InconclusiveReason } from '../objectives/finding.ts';
import type { Objective } from '../objectives/objective.ts';
import type { Bounds } from '../time/interval.ts';
import { defaultLeast, PROVEN_BY } from './least-samples.ts';
import type { Assignment } from './observations.ts';

export type Decision = 'holds' | 'violated' | 'open';

/** Why what was measured must not count as a pass. It never takes a proven violation back. */
export interface Doubt {
  readonly reason: InconclusiveReason;
  readonly sentence: string;
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
  readonly doubt?: Doubt;
  /** Said in any case. */
  readonly note?: string;
}

/** That nothing can be decided, and why. */
export interface Nothing {
  readonly kind: 'nothing';
  readonly reason: InconclusiveReason;
  readonly sentence: string;
  /** Shown, but not judged. */
  readonly value?: Bounds;
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
  const judged =
    measurement.kind === 'nothing' ? open(measurement) : judgeMeasured(objective, least, measurement);
  return {
    objective: assignment.objectiveName,
    window: assignment.window,
    signal: words.signal,
    outcome: judged.outcome,
    value: shown(measurement.value),
    limit: objective.limit,
    comparator: objective.comparator,
    samples: measurement.kind === 'nothing' ? 0 : measurement.samples,
    unit: objective.unit,
    severity: objective.severity ?? 'must',
    ...(judged.reason === undefined ? {} : { reason: judged.reason }),
    ...(judged.sentence === '' ? {} : { explanation: judged.sentence }),
    ...(words.query === undefined ? {} : { query: words.query }),
    ...(objective.source === undefined ? {} : { source: objective.source }),
  };
}

interface Judged {
  readonly outcome: Finding['outcome'];
  readonly reason?: InconclusiveReason;
  readonly sentence: string;
}

function judgeMeasured(objective: Objective, least: number, measured: Measured): Judged {
  const { value, samples, violations = 0, doubt, note } = measured;
  if (Number.isNaN(value.low) || Number.isNaN(value.high)) {
    return open({ reason: 'not-a-number', sentence: say('The value is not a number.', note) });
  }
  const decision = measured.decision ?? decide(value, objective.comparator, objective.limit);
  const enough = samples >= least;
  if (decision === 'violated' && (enough || violations >= PROVEN_BY)) {
    return { outcome: 'fail', sentence: say(note, doubt?.sentence) };
  }
  if (!enough) {
    const sentence = `There were ${samples} samples; ${least} would decide it.`;
    return open({ reason: 'too-few-samples', sentence: say(sentence, note, doubt?.sentence) });
  }
  if (decision === 'open') {
    const sentence =
      'The limit lies within what the value may be: a longer window or finer measurements would decide it.';
    return open({ reason: 'straddles-limit', sentence: say(sentence, note, doubt?.sentence) });
  }
  if (doubt !== undefined) return open({ ...doubt, sentence: say(doubt.sentence, note) });
  return { outcome: 'pass', sentence: say(note) };
}

function open({ reason, sentence }: Doubt): Judged {
  return { outcome: 'inconclusive', reason, sentence };
}

function shown(value: Bounds | undefined): Finding['value'] {
  if (value === undefined || Number.isNaN(value.low) || Number.isNaN(value.high)) return null;
  // JSON has no infinities: a value that is all of one is none that could be shown.
  return Number.isFinite(value.low) ? valueOf(value) : null;
}

function say(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter((one) => one !== undefined && one !== '').join(' ');
}
