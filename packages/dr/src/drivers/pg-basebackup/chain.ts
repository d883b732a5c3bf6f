import { segmentName, type Segment } from './segments.ts';
import type { Stretch } from './timelines.ts';

/** A file of the log, as far as the log goes on from it. */
export interface Link extends Segment {
  /** Position up to which it is that log; what it holds behind it was abandoned. */
  readonly until: number;
}

export interface Chain {
  /** From the first one that is needed up to where one is missing. */
  readonly segments: readonly Link[];
  /** Names of those that are missing although later ones are there. */
  readonly missing: readonly string[];
}

/**
 * The unbroken log from a file on, along a line of timelines. A file counts only on the timeline that the line is on at
 * its end: where a timeline was left, the old primary may have filled the file, and more behind it, with what the line
 * has never held. Only where the line's own file is not there, the chain ends with the older one, up to that position.
 * `all` are in the order of their numbers.
 */
export function chainAlong(
  all: readonly Segment[],
  first: number,
  line: readonly Stretch[],
  segmentBytes: number,
): Chain {
  const own = new Map(
    all
      .filter((one) => one.number >= first && one.timeline === timelineOf(line, one.number, segmentBytes))
      .map((one) => [one.number, { ...one, until: (one.number + 1) * segmentBytes }]),
  );
  const last = [...own.keys()].at(-1) ?? first - 1;
  const missing: number[] = [];
  for (let number = first; number <= last && missing.length < 1000; number += 1) {
    if (!own.has(number)) missing.push(number);
  }
  const end = missing[0] ?? last + 1;
  return {
    segments: [
      ...[...own.values()].filter((one) => one.number < end),
      ...leftIn(all, end, line, segmentBytes),
    ],
    missing: missing.map((number) => nameOn(line, number, segmentBytes)),
  };
}

/** Name of the file with this number that counts on a line. */
export function nameOn(line: readonly Stretch[], number: number, segmentBytes: number): string {
  return segmentName(timelineOf(line, number, segmentBytes), number, segmentBytes);
}

/** The last timeline that a line is on in a file. */
function timelineOf(line: readonly Stretch[], number: number, segmentBytes: number): number {
  return line.findLast(({ begin }) => begin < (number + 1) * segmentBytes)?.timeline ?? 0;
}

/** The file in which an older timeline was left, if it is there: the latest of them, as it holds the most. */
function leftIn(
  all: readonly Segment[],
  number: number,
  line: readonly Stretch[],
  segmentBytes: number,
): readonly Link[] {
  const [from, to] = [number * segmentBytes, (number + 1) * segmentBytes];
  return line
    .filter(({ begin, end }) => begin < to && end > from && end < to)
    .flatMap(({ timeline, end }) =>
      all
        .filter((one) => one.number === number && one.timeline === timeline)
        .map((one) => ({ ...one, until: end })),
    )
    .slice(-1);
}
