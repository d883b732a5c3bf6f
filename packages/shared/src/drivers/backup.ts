import type { Bounds } from '../time/interval.ts';
import type { UndoEntry } from '../undo/entry.ts';
import type { DriverContext } from './fault.ts';

/** What data belongs to: who made it, told apart from every other system of its kind. */
export interface DataSource {
  /** PostgreSQL: the system identifier, which `initdb` makes and a primary shares with its standbys. */
  readonly system: string;
  /** Absent where a copy holds every database of its system. */
  readonly database?: string;
}

/**
 * What was in the source at exactly one moment, read beside the backup: what a restore is compared with.
 * Sums do not depend on the order of rows.
 */
export interface ContentManifest {
  readonly database: string;
  readonly tables: readonly TableContent[];
  /** Positions that a restored sequence must have reached, or it hands out keys that are taken. */
  readonly sequences: readonly { readonly name: string; readonly last: string }[];
  /** How many of each kind there are: indexes, constraints, functions, … */
  readonly objects: Readonly<Record<string, number>>;
}

export interface TableContent {
  /** With its schema, quoted where SQL needs it. */
  readonly name: string;
  readonly rows: number;
  /** Over all rows and columns, in hexadecimal digits. */
  readonly checksum: string;
}

/** One complete backup where it is kept. */
export interface BackupCopy {
  readonly id: string;
  /** The moment whose data it holds lies between these: wall-clock milliseconds of the one who took it. */
  readonly instant: Bounds;
  /** As it is kept, compressed or not. */
  readonly bytes: number;
  /** Null when the copy does not say, and nobody who was there at the time does. */
  readonly source: DataSource | null;
  /** Null when none was taken with it: then its content can only be read, and not compared. */
  readonly content: ContentManifest | null;
  /** What else is known, for people. */
  readonly detail: Readonly<Record<string, string>>;
}

/** One thing that was looked at, and what was found. `not-run` says why it was not looked at, and is never a pass. */
export interface BackupCheck {
  readonly name: string;
  readonly outcome: 'held' | 'broken' | 'not-run';
  readonly detail: string;
}

/** A place for one restore that was empty before: nobody else uses it, and it is taken away as a whole afterwards. */
export interface RestoreTarget {
  /** Only the server's owner can enter it. Every program of the restore runs in it, or in a folder of it. */
  readonly dir: string;
  /** Of the server's programs. */
  readonly binDir: string;
  /** Who owns the server's files; absent when that is whoever runs this. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  /** On loopback, and free. */
  readonly port: number;
  /** More of the server's settings, for instance `shared_preload_libraries`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A server in a restore target that holds what a backup held, and answers. */
export interface RestoredServer {
  /** Superuser's connection string, to the database that is restored. */
  readonly url: string;
  /** The moment whose state it has, where that is not the copy's own: wall-clock milliseconds of the source. */
  readonly instant?: Bounds;
  /** What the driver has looked at on the way. One that is broken and did not stop it counts all the same. */
  readonly checks: readonly BackupCheck[];
  /**
   * Of a restore of a moment: tells how far it came, by the log and not by what was asked for. That reads the whole log
   * in the target, for whoever has nothing else to go by.
   */
  readonly replayed?: (context: DriverContext) => Promise<Replayed>;
}

/** How far a log was replayed. Wall-clock milliseconds of the source. */
export interface Replayed {
  /** When the last transaction that was replayed had ended; null when none was. */
  readonly last: number | null;
  /** What the log holds around the moment; absent when it could not be read for that. */
  readonly log?: {
    /** Transactions that had ended by the moment and were not replayed, and when the first of them had. */
    readonly missing: { readonly number: number; readonly first: number } | null;
    /** When the first transaction ended that must not be there, and whether it is; null when the log ends before. */
    readonly later: { readonly at: number; readonly replayed: boolean } | null;
  };
}

/** Up to where a copy is restored: its own moment, everything that there is since, or a moment (source's wall clock). */
export type RestorePoint =
  { readonly to: 'own' } | { readonly to: 'newest' } | { readonly to: 'time'; readonly at: number };

/** Where whoever makes something notes it before, so that it is taken away when nobody goes on with it. */
export interface MakingNotes {
  begin(what: Pick<UndoEntry, 'driver' | 'config' | 'describe'>): MakingNote;
}

export interface MakingNote {
  /** False: somebody has taken it away meanwhile, as its time was over. */
  stands(): boolean;
  /** It is complete, or nothing of it is left. */
  end(): void;
}

/**
 * Takes backups of one store, and brings them back.
 * Each method rejects with a sentence that says what is wrong and what to do; what it rejects with on a damaged copy
 * is a `BackupBroken`.
 */
export interface BackupDriver {
  readonly kind: string;
  /** Who the live source is, by its own word. */
  identify(context: DriverContext): Promise<DataSource>;
  /** The newest copy that is complete; undefined when there is none. */
  latest(context: DriverContext): Promise<BackupCopy | undefined>;
  /**
   * Makes a copy. Resolves when it is complete where it is kept. What there is of it before, and would outlive a runner
   * that dies meanwhile, is noted before it is made.
   */
  take(context: DriverContext, notes?: MakingNotes): Promise<BackupCopy>;
  /** Looks at a copy where it lies, as far as that is possible without restoring it. */
  verify(copy: BackupCopy, context: DriverContext): Promise<readonly BackupCheck[]>;
  /**
   * Starts a server of its own in the target, with what the copy holds. Only drivers with `PointInTime` can go beyond
   * the copy's own moment. On the way, a server that has exactly the copy's content is handed to `atOwnPoint`
   * (perhaps read-only, and not the last one), unless the moment that is asked for is before it.
   */
  restore(
    copy: BackupCopy,
    into: RestoreTarget,
    point: RestorePoint,
    atOwnPoint: (url: string) => Promise<void>,
    context: DriverContext,
  ): Promise<RestoredServer>;
}

/** Optional ability: any moment since a copy can be restored, from the log that is archived beside it. */
export interface PointInTime {
  /** Resolves when everything that was committed before the call is in the archive. */
  archiveAll(context: DriverContext): Promise<void>;
  /** The newest complete copy from before that moment: only from such ones can it be restored. */
  latestBefore(at: number, context: DriverContext): Promise<BackupCopy | undefined>;
  /** The newest moment that can be restored from a copy with what is archived by now. */
  newest(copy: BackupCopy, context: DriverContext): Promise<Bounds>;
}

/** For how long what was written may wait until it is archived, by the source's own settings. */
export interface ArchiveBound {
  /** As they were read, for instance `archive_timeout: 30 s`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds at most, from the least to the most that the settings may mean; null when nothing bounds it. */
  readonly seconds: Bounds | null;
  /** How that follows from the settings, without a full stop. */
  readonly reason: string;
}

/** Optional ability: the source archives its log by itself, and whether it does can be watched. */
export interface SelfArchiving {
  archiveBound(context: DriverContext): Promise<ArchiveBound>;
  /** Puts a mark into the log, as any commit does. The source is asked to archive nothing. */
  markLog(context: DriverContext): Promise<LogMark>;
}

export interface LogMark {
  /** Whether it can be restored by now, with what the source has archived. */
  isArchived(context: DriverContext): Promise<boolean>;
}

/** Optional ability: tells of every copy that is kept, and not of the newest alone. */
export interface Kept {
  /** All complete copies of whoever makes them on a schedule, oldest first. */
  copies(context: DriverContext): Promise<readonly BackupCopy[]>;
}

/** A copy does not hold what it should. `check` names what found it. */
export class BackupBroken extends Error {
  readonly check: string;
  constructor(check: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.check = check;
  }
}
