import type {
  BackupCheck,
  BackupCopy,
  BackupDriver,
  DataSource,
  Kept,
  PointInTime,
  RestoredServer,
  RestoreTarget,
  SelfArchiving,
} from '@ordeal/shared/drivers/backup';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type {
  ArchivingRecord,
  PointInTimeRecord,
  RestoreRecord,
  ScheduleRecord,
  StepRecord,
} from '@ordeal/shared/record/record';
import type { ClockAnchor } from '@ordeal/shared/time/clock';
import type { Bounds } from '@ordeal/shared/time/interval';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import type { Waiting } from '../drills/approve.ts';
import type { Approve } from '../drills/drill.ts';
import type { Observers } from '../observers/observers.ts';
import type { RestoreSettings } from './config.ts';
import type { LedgerBefore } from './ledger/against-ledger.ts';
import type { LedgerPlace } from './ledger/place.ts';
import type { MarkerUndo, Marking } from './markers.ts';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import type { TargetUndo } from './target.ts';

/** What a restore needs besides its phase. */
export interface RestoreDeps {
  readonly driver: BackupDriver & Partial<PointInTime> & Partial<Kept> & Partial<SelfArchiving>;
  readonly settings: RestoreSettings;
  /** The live source, where it is a server that can be asked. */
  readonly source?: { readonly url: string };
  /** A port on loopback that nobody listens on. */
  readonly freePort: () => Promise<number>;
  /** Whom to ask, and for how long a run may wait for an answer; absent when nobody is asked. */
  readonly asking?: Asking;
  readonly anchor: ClockAnchor;
  /** Where a restored server has the writes of the platform's ledger. */
  readonly ledgerPlace: LedgerPlace;
  /** What drills before it in the run have written. */
  readonly ledgersBefore: () => readonly LedgerBefore[];
  /** Starts a ledger that writes while a backup is taken; absent where the platform has none. */
  readonly startLedger?: () => Promise<OwnLedger>;
}

/** A ledger that is written for a restore alone. */
export interface OwnLedger {
  readonly observers: Observers;
  readonly before: LedgerBefore;
}

export interface Asking {
  /** Before something of the platform is touched, and before anything is restored. */
  readonly approve: Approve;
  /** Before each step. */
  readonly beforeStep?: Approve;
  readonly mostRunSeconds: number;
}

/** A restore under way: what its steps share, and what they leave for the record. */
export interface RestoreCourse extends Waiting {
  readonly phase: RestorePhase;
  readonly deps: RestoreDeps;
  readonly context: RunContext;
  readonly steps: StepRecord[];
  readonly checks: BackupCheck[];
  /** Whose backup it must be. */
  expected: Partial<DataSource>;
  copy: BackupCopy | undefined;
  /** The copy that is being made; one that is cut off is taken away before this rejects. */
  taking: Promise<BackupCopy> | undefined;
  /** What writes into the source while the backup is taken, until it is taken away. */
  own: OwnLedger | undefined;
  /** The same, when the backup was taken under it. */
  ownLedger: LedgerBefore | undefined;
  /** Why what was measured decides nothing; the backup may be well all the same. */
  observersBroke: string | undefined;
  target: { readonly entry: UndoEntry; readonly undo: TargetUndo } | undefined;
  markers: { readonly entry: UndoEntry; readonly undo: MarkerUndo; marking: Marking | undefined } | undefined;
  restored: { readonly url: string; readonly instant: Bounds; readonly into: RestoreTarget } | undefined;
  /** Tells how far the log was replayed, where a moment was asked for. */
  replayed: RestoredServer['replayed'];
  content: RestoreRecord['content'];
  pointInTime: PointInTimeRecord | undefined;
  schedule: ScheduleRecord | undefined;
  /** Monotonic milliseconds. */
  chosenAt: number | undefined;
  startedAt: number | undefined;
  answeredAt: number | undefined;
  provenAt: number | undefined;
  /** When its time was over, and it was ended. */
  givenUpAt: number | undefined;
  /** When the run was ended under it. */
  stoppedAt: number | undefined;
  /** The newest moment that could be had, of a copy that was not restored. */
  reach: Bounds | undefined;
  /** How soon the source archives by itself. */
  archiving: ArchivingRecord | undefined;
}

/** Why a restore was not begun. Nothing was touched. */
export class RestoreRefused extends Error {
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[]) {
    super(reasons.join('; '));
    this.reasons = reasons;
  }
}

export function driverContextOf(course: RestoreCourse, signal: AbortSignal): DriverContext {
  const { clock, journal } = course.context;
  return { clock, signal, say: (message) => void journal.append({ type: 'note', message }) };
}

/** What does not hold, in words; empty when nothing was found. */
export function brokenIn({ checks }: Pick<RestoreCourse, 'checks'>): string {
  return checks
    .filter(({ outcome }) => outcome === 'broken')
    .map(({ name, detail }) => `${name}: ${detail}`)
    .join('; ');
}

/** Writes a check into the journal and the record. */
export function note(course: RestoreCourse, ...checks: readonly BackupCheck[]): void {
  for (const check of checks) {
    course.checks.push(check);
    const { name, outcome, detail } = check;
    const { journal } = course.context;
    if (outcome === 'not-run')
      journal.append({ type: 'note', message: `${name} was not looked at: ${detail}` });
    else journal.append({ type: 'check', phase: course.phase.name, name, held: outcome === 'held', detail });
  }
}
