import type { Bounds } from '@ordeal/shared/time/interval';
import type { NodeTrack, WritableSpan } from './spans.ts';

/** Within these bounds the store itself handed over from one node to the other. Monotonic milliseconds. */
export interface HandedOver {
  readonly from: string;
  readonly to: string;
  /** From before the new one was last seen to refuse, to when the old one was seen to follow it. */
  readonly at: Bounds;
  /** By which protocol, in words. */
  readonly by: string;
}

/** Two nodes' writable stretches set against each other. */
export interface WriterPair {
  readonly first: string;
  readonly second: string;
  /**
   * `overlap`: for some time both took writes, that is proven. `near miss`: nothing proves it, and nothing excludes
   * it. `apart`: the second cannot have begun before the first had ended. `handed over`: a near miss of which the
   * store's own protocol says that the first held writes back until the second had taken over.
   */
  readonly kind: 'overlap' | 'near miss' | 'apart' | 'handed over';
  /**
   * Milliseconds from the first one's last moment as a writer to the second one's first: what lay between them.
   * Negative: so long both took writes.
   */
  readonly gapMs: Bounds;
  readonly detail: string;
}

export interface NodeCoverage {
  readonly node: string;
  readonly yes: number;
  readonly no: number;
  readonly unknown: number;
  /** Milliseconds in which nobody knows whether it took writes. */
  readonly blindMs: number;
}

/** Whether two nodes took writes at once. */
export interface SplitBrainReport {
  /** `not excluded` decides nothing: somebody was silent, or one came too soon after the other to tell them apart. */
  readonly outcome: 'proven' | 'not excluded' | 'excluded';
  readonly detail: string;
  /** Every pair of stretches that met, or nearly did; the worst first. */
  readonly pairs: readonly WriterPair[];
  readonly coverage: readonly NodeCoverage[];
}

/** Judges what is known of all nodes. `from` is the monotonic origin of the times in the sentences. */
export function reportOn(
  tracks: readonly NodeTrack[],
  from: number,
  handedOver: readonly HandedOver[] = [],
): SplitBrainReport {
  const pairs = tracks
    .flatMap((track, index) =>
      tracks.slice(index + 1).flatMap((other) => pairsOf(track.spans, other.spans, from, handedOver)),
    )
    .toSorted((a, b) => a.gapMs.high - b.gapMs.high);
  const coverage = tracks.map(coverageOf);
  const proven = pairs.filter((pair) => pair.kind === 'overlap');
  const close = pairs.filter((pair) => pair.kind === 'near miss');
  const dark = coverage.filter((one) => one.blindMs > 0 || one.yes + one.no === 0);
  const base = { pairs, coverage };
  if (proven.length > 0) {
    return { outcome: 'proven', detail: proven.map((pair) => pair.detail).join('; '), ...base };
  }
  if (tracks.length === 0) return { outcome: 'not excluded', detail: 'no node was asked', ...base };
  if (close.length > 0 || dark.length > 0) {
    const reasons = [
      ...close.map((pair) => pair.detail),
      ...dark.map((one) =>
        one.yes + one.no === 0
          ? `node ${one.node} never said whether it takes writes (asked ${one.unknown} times)`
          : `node ${one.node} did not say for ${seconds(one.blindMs)} whether it took writes`,
      ),
    ];
    return { outcome: 'not excluded', detail: reasons.join('; '), ...base };
  }
  const nearest = pairs[0];
  const asked = coverage.reduce((sum, one) => sum + one.yes + one.no + one.unknown, 0);
  return {
    outcome: 'excluded',
    detail:
      `${asked} questions to ${tracks.length} nodes found no two writers at once` +
      (nearest === undefined ? '' : `; ${nearest.detail}`),
    ...base,
  };
}

/**
 * Sets two nodes' spans against each other.
 *
 * A node took writes from some instant of `begin` to some instant of `end`. That two spans met is proven when it
 * holds for the latest begins and the earliest ends; it is excluded when it does not hold even for the earliest
 * begins and the latest ends.
 */
function pairsOf(
  left: readonly WritableSpan[],
  right: readonly WritableSpan[],
  from: number,
  handedOver: readonly HandedOver[],
): readonly WriterPair[] {
  return left.flatMap((one) =>
    right.map((other) => {
      const [first, second] = one.begin.high <= other.begin.high ? [one, other] : [other, one];
      const gapMs = gapBetween(first, second);
      const proven = first.begin.high <= second.end.low && second.begin.high <= first.end.low;
      const excluded = second.begin.low >= first.end.high;
      const handing = handedOver.find((it) => isWithin(it, first, second));
      // What the nodes have said counts for more than what the store promises.
      const kind = proven
        ? 'overlap'
        : excluded
          ? 'apart'
          : handing !== undefined
            ? 'handed over'
            : 'near miss';
      return {
        first: first.node,
        second: second.node,
        kind,
        gapMs,
        detail:
          kind === 'handed over'
            ? `node ${first.node} handed over to ${second.node} by ${handing?.by}, between ${seconds(second.begin.low - from)} and ${seconds(first.end.high - from)}`
            : sentence(first, second, kind, from),
      };
    }),
  );
}

/** The first ended, and the second began, while the one was handing over to the other and not before. */
function isWithin({ from, to, at }: HandedOver, first: WritableSpan, second: WritableSpan): boolean {
  return first.node === from && second.node === to && second.begin.low >= at.low && first.end.high <= at.high;
}

/** A span that ends within the other one ends the overlap as well. */
function gapBetween(first: WritableSpan, second: WritableSpan): Bounds {
  const end = {
    low: Math.min(first.end.low, second.end.low),
    high: Math.min(first.end.high, second.end.high),
  };
  return { low: second.begin.low - end.high, high: second.begin.high - end.low };
}

function sentence(first: WritableSpan, second: WritableSpan, kind: WriterPair['kind'], from: number): string {
  const at = (instant: number): string => seconds(instant - from);
  const { low, high } = gapBetween(first, second);
  if (kind === 'overlap') {
    return (
      `nodes ${first.node} and ${second.node} took writes at the same time for at least ${seconds(-high)}: ` +
      `${second.node} (${second.incarnation}) at ${at(second.begin.high)}, ${first.node} (${first.incarnation}) ` +
      `still at ${at(first.end.low)}`
    );
  }
  if (kind === 'apart') {
    return `node ${second.node} took writes ${seconds(low)} to ${seconds(high)} after node ${first.node} had stopped`;
  }
  const last =
    first.end.high === Infinity
      ? `node ${first.node} has not been seen to refuse since its last write at ${at(first.end.low)}`
      : `node ${first.node} stopped between ${at(first.end.low)} and ${at(first.end.high)}`;
  const next =
    second.begin.low === -Infinity
      ? `node ${second.node} took writes by ${at(second.begin.high)}`
      : `node ${second.node} began between ${at(second.begin.low)} and ${at(second.begin.high)}`;
  return `${last}, ${next}: that both took writes at once is not excluded`;
}

function coverageOf(track: NodeTrack): NodeCoverage {
  const blindMs = track.blind.reduce((sum, { low, high }) => sum + high - low, 0);
  return { node: track.node, ...track.counts, blindMs };
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : 'an unknown time';
}
