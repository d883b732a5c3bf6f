import { text } from 'node:stream/consumers';
import { reasonOf } from '@ordeal/shared/reason-of';
import { unzipped } from '../../backup-storage/gzip.ts';
import type { BackupStorage, StoredFile } from '../../backup-storage/storage.ts';
import { lsnOf, type Segment } from './segments.ts';
import {
  departuresIn,
  historiesIn,
  historyName,
  latestTimeline,
  lineTo,
  timelineAt,
  type Departure,
  type Stretch,
} from './timelines.ts';

/** A place in the log that a copy goes through. */
export interface Place {
  readonly timeline: number;
  /** What ends here is on that timeline. */
  readonly position: number;
}

/** The timelines that a server goes through which is restored from a copy, and follows the latest. */
export type ArchivedLine =
  | {
      readonly ok: true;
      readonly line: readonly Stretch[];
      /** Why there are files in the archive that it never comes to. */
      readonly beyond: string | undefined;
    }
  /** Why no server can follow from this copy. */
  | { readonly ok: false; readonly why: string };

/** Finds the line of a copy in an archive, by the histories that are archived. The first place is where it begins. */
export async function archivedLine(
  archive: BackupStorage,
  files: readonly StoredFile[],
  all: readonly Segment[],
  places: readonly [Place, ...Place[]],
): Promise<ArchivedLine> {
  const histories = historiesIn(files);
  const from = places[0].timeline;
  const latest = latestTimeline(histories, from);
  const file = histories.get(latest);
  const departures = file === undefined ? [] : await readDepartures(archive, file, latest);
  if (departures === undefined) {
    const why =
      `${historyName(latest)} in the archive ${archive.place} is not the history of a timeline, and a server that ` +
      'reads it ends: copy it there again, from pg_wal of a server that is on this timeline';
    return { ok: false, why };
  }
  const named = [...histories.keys(), ...all.map(({ timeline }) => timeline)];
  const highest = named.reduce((most, timeline) => Math.max(most, timeline), latest);
  const beyond =
    highest === latest
      ? undefined
      : `${historyName(latest + 1)} is not in the archive ${archive.place}, although there are files of timeline ` +
        `${highest}: a server looks for no timeline behind ${latest}, and nothing that was committed there can be ` +
        'recovered; copy the file there, from pg_wal of a server that is on a later timeline, or take a new backup';
  const line = lineTo(latest, departures, from) ?? [];
  const off = places.find(({ timeline, position }) => timelineAt(line, position) !== timeline);
  if (off === undefined) return { ok: true, line, beyond };
  const why =
    `the copy is on timeline ${off.timeline} at ${lsnOf(off.position)}, and the latest timeline in the archive ` +
    `${archive.place}, ${latest}, has not come from there: what the copy holds was abandoned, and nothing that was ` +
    'committed since is recovered from it; take a new backup';
  return { ok: false, why: off.timeline > latest ? (beyond ?? why) : why };
}

async function readDepartures(
  archive: BackupStorage,
  file: string,
  timeline: number,
): Promise<readonly Departure[] | undefined> {
  try {
    const bytes = await archive.read(file);
    return departuresIn(await text(file.endsWith('.gz') ? unzipped(bytes) : bytes), timeline);
  } catch (error) {
    throw new Error(`${file} of the archive could not be read: ${reasonOf(error)}`, { cause: error });
  }
}
