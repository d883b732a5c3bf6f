import type { StoredFile } from '../../backup-storage/storage.ts';
import { inName, positionOf } from './segments.ts';

/** Where a timeline was left for a later one, as a `.history` file says it. */
export interface Departure {
  readonly timeline: number;
  /** Position in the log: what is behind it on this timeline was abandoned. */
  readonly position: number;
}

/** The part of a log that is on one timeline. Positions are in bytes since the log's beginning. */
export interface Stretch {
  readonly timeline: number;
  readonly begin: number;
  /** Infinite of the last one. */
  readonly end: number;
}

export function historyName(timeline: number): string {
  return `${inName(timeline)}.history`;
}

/** The histories among the files of an archive, by their timelines: as they are called there, perhaps with `.gz`. */
export function historiesIn(files: readonly StoredFile[]): ReadonlyMap<number, string> {
  return new Map(
    files.flatMap(({ name }): readonly [number, string][] => {
      const timeline = /^(?:.*\/)?([0-9A-F]{8})\.history(?:\.gz)?$/.exec(name)?.[1];
      return timeline === undefined ? [] : [[Number.parseInt(timeline, 16), name]];
    }),
  );
}

/**
 * The timeline that a server goes to which has begun on `from` and follows the latest: it asks for the history of one
 * timeline after the other, and takes the last one before the first that is not there.
 */
export function latestTimeline(histories: ReadonlyMap<number, unknown>, from: number): number {
  let latest = from;
  while (histories.has(latest + 1)) latest += 1;
  return latest;
}

/** The ancestors in the `.history` file of a timeline, oldest first; undefined when a server would not take it either. */
export function departuresIn(history: string, of: number): readonly Departure[] | undefined {
  const departures: Departure[] = [];
  for (const line of history.split('\n')) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, timeline, lsn] = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)(?:\s|$)/i.exec(line) ?? [];
    if (timeline === undefined || lsn === undefined) return undefined;
    const ordered = Number(timeline) > (departures.at(-1)?.timeline ?? 0) && Number(timeline) < of;
    if (!ordered) return undefined;
    departures.push({ timeline: Number(timeline), position: positionOf(lsn) });
  }
  return departures;
}

/** The way from one timeline to a later one whose ancestors these are; undefined when it does not lead there. */
export function lineTo(
  latest: number,
  departures: readonly Departure[],
  from: number,
): readonly Stretch[] | undefined {
  if (latest === from) return [{ timeline: from, begin: 0, end: Infinity }];
  const passed = departures.filter(({ timeline }) => timeline >= from);
  if (passed[0]?.timeline !== from) return undefined;
  return [...passed, { timeline: latest, position: Infinity }].map(({ timeline, position }, at) => ({
    timeline,
    begin: passed[at - 1]?.position ?? 0,
    end: position,
  }));
}

/** The timeline on which a line has what ends at this position. */
export function timelineAt(line: readonly Stretch[], position: number): number | undefined {
  return line.find(({ begin, end }) => begin < position && position <= end)?.timeline;
}
