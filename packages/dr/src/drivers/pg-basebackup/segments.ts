import type { StoredFile } from '../../backup-storage/storage.ts';

/** One file of the log. */
export interface Segment {
  /** As in the archive, perhaps with `.gz`. */
  readonly file: string;
  /** As the server wants it. */
  readonly name: string;
  readonly timeline: number;
  /** Files before it since the log's beginning; the same on every timeline. */
  readonly number: number;
  readonly modified: number;
}

/** Position in the log, in bytes since its beginning, of its written form, for instance `0/3000028`. */
export function positionOf(lsn: string): number {
  const [high = '', low = ''] = lsn.split('/');
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}

/** Number of the file that holds what ends at this position. */
export function segmentOf(lsn: string, segmentBytes: number): number {
  return Math.floor(Math.max(0, positionOf(lsn) - 1) / segmentBytes);
}

/** The written form of a position. */
export function lsnOf(position: number): string {
  const high = Math.floor(position / 2 ** 32);
  return `${high.toString(16).toUpperCase()}/${(position % 2 ** 32).toString(16).toUpperCase()}`;
}

/** Name of the log's file with this number. */
export function segmentName(timeline: number, number: number, segmentBytes: number): string {
  const inLog = 2 ** 32 / segmentBytes;
  return [timeline, Math.floor(number / inLog), number % inLog].map(inName).join('');
}

/** A number as PostgreSQL writes it into the names of the log's files. */
export function inName(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}

/** The files of the log among those of an archive, in their order; of one on several timelines all. */
export function segmentsIn(files: readonly StoredFile[], segmentBytes: number): readonly Segment[] {
  const inLog = 2 ** 32 / segmentBytes;
  return files
    .flatMap((file): readonly Segment[] => {
      const parts = /^(?:.*\/)?(([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8}))(?:\.gz)?$/.exec(file.name);
      if (parts === null) return [];
      const [, name = '', timeline = '', log = '', rest = ''] = parts;
      const number = Number.parseInt(log, 16) * inLog + Number.parseInt(rest, 16);
      const { modified } = file;
      return [{ file: file.name, name, timeline: Number.parseInt(timeline, 16), number, modified }];
    })
    .sort((a, b) => a.number - b.number || a.timeline - b.timeline);
}
