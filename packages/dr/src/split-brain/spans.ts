import type { Bounds } from '@ordeal/shared/time/interval';
import type { WriteAnswer } from './answer.ts';

/** A stretch in which a node took writes. Its ends are known as intervals, in monotonic milliseconds. */
export interface WritableSpan {
  readonly node: string;
  readonly incarnation: string;
  /** From the last refusal before it (or -Infinity) to its first committed write. */
  readonly begin: Bounds;
  /** From its last committed write to the first refusal behind it; Infinity while there was none. */
  readonly end: Bounds;
}

/** What is known of one node: bounded in memory by how often its answer changed. */
export interface NodeTrack {
  readonly node: string;
  readonly spans: readonly WritableSpan[];
  readonly counts: Readonly<Record<WriteAnswer['takes'], number>>;
  /** Stretches longer than was allowed in which nobody knows whether it took writes. */
  readonly blind: readonly Bounds[];
  /** The end of what is known: the last answer that decided anything. */
  readonly knownUntil: number;
  /** When it last refused; -Infinity when it never did. */
  readonly refusedAt: number;
  /** The last span is still open: the node has not refused since. */
  readonly writable: boolean;
  /** It was seen to be made unable to take writes, so from then on its silence is no gap. */
  readonly vouchedFor: boolean;
}

/** A node of which nothing is known yet, from the moment at which it begins to be watched. */
export function unknownNode(node: string, from: number): NodeTrack {
  return {
    node,
    spans: [],
    counts: { yes: 0, no: 0, unknown: 0 },
    blind: [],
    knownUntil: from,
    refusedAt: -Infinity,
    writable: false,
    vouchedFor: false,
  };
}

/** Adds a node's next answer. Answers of one node come in the order in which they were asked for. */
export function addAnswer(track: NodeTrack, answer: WriteAnswer, blindMs: number): NodeTrack {
  const counts = { ...track.counts, [answer.takes]: track.counts[answer.takes] + 1 };
  if (answer.takes === 'unknown') return { ...track, counts };
  const seen: NodeTrack = {
    ...track,
    counts,
    blind: blindAt(track, answer.asked, blindMs, answer.takes === 'yes' ? answer.incarnation : undefined),
    knownUntil: Math.max(track.knownUntil, answer.answered),
  };
  return answer.takes === 'yes' ? addYes(seen, answer) : addNo(seen, answer.asked, answer.answered);
}

/**
 * The node was made unable to take writes within these bounds, and it was seen: it was killed, or fenced. An
 * answer that says otherwise still counts.
 */
export function vouch(track: NodeTrack, at: Bounds, blindMs: number): NodeTrack {
  const seen = {
    ...track,
    blind: blindAt(track, at.low, blindMs, undefined),
    knownUntil: Math.max(track.knownUntil, at.high),
    vouchedFor: true,
  };
  return addNo(seen, at.low, at.high);
}

/** The same at the end of the watch: what has been silent up to there is counted. */
export function closeTrack(track: NodeTrack, at: number, blindMs: number): NodeTrack {
  return {
    ...track,
    blind: blindAt(track, at, blindMs, undefined),
    knownUntil: Math.max(track.knownUntil, at),
  };
}

function blindAt(
  track: NodeTrack,
  until: number,
  blindMs: number,
  incarnation: string | undefined,
): readonly Bounds[] {
  const current = track.writable ? track.spans.at(-1) : undefined;
  // An open span counts as writable all the time until a refusal ends it: nothing is overlooked there.
  const covered = current !== undefined && (incarnation === undefined || incarnation === current.incarnation);
  if (covered || track.vouchedFor || until - track.knownUntil <= blindMs) return track.blind;
  return [...track.blind, { low: track.knownUntil, high: until }];
}

function addYes(track: NodeTrack, answer: Extract<WriteAnswer, { takes: 'yes' }>): NodeTrack {
  const { node, incarnation, asked, answered } = answer;
  const current = track.writable ? track.spans.at(-1) : undefined;
  const before = current === undefined ? track.spans : track.spans.slice(0, -1);
  if (current?.incarnation === incarnation) {
    return { ...track, spans: [...before, { ...current, end: { low: asked, high: Infinity } }] };
  }
  // It became another primary without having been seen to refuse: the one before ended at the latest now.
  const closed = current === undefined ? [] : [endedBy(current, answered)];
  const low = current === undefined ? track.refusedAt : current.end.low;
  const span: WritableSpan = {
    node,
    incarnation,
    begin: { low, high: answered },
    end: { low: asked, high: Infinity },
  };
  return { ...track, spans: [...before, ...closed, span], writable: true };
}

function addNo(track: NodeTrack, asked: number, answered: number): NodeTrack {
  const current = track.writable ? track.spans.at(-1) : undefined;
  const spans =
    current === undefined ? track.spans : [...track.spans.slice(0, -1), endedBy(current, answered)];
  return { ...track, spans, writable: false, refusedAt: Math.max(track.refusedAt, asked) };
}

function endedBy(span: WritableSpan, at: number): WritableSpan {
  return { ...span, end: { low: span.end.low, high: at } };
}
