import type { Finding } from '../objectives/finding.ts';
import type { NotRunPhase } from '../scenario/not-run.ts';
import type { LimitRecord } from './limit-record.ts';

/**
 * The finished, versioned evidence of a run: `record.json`. A public contract: fields are added, never
 * renamed, within one `schemaVersion`. Times are ISO strings of the wall clock unless named `monotonic…`,
 * which are milliseconds.
 */
export interface RunRecord {
  readonly schemaVersion: 1;
  readonly run: {
    readonly id: string;
    readonly kind: RunKind;
    readonly platform: string;
    readonly scenario: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly seed: number;
    readonly suiteVersion: string;
    /** Of a run of a scenario. Absent in records of before it was kept. */
    readonly pace?: 'full' | 'short';
    /** The load it ran under, in words: runs under another load are not compared. */
    readonly workload?: string;
    /** Commit of the checkout that the platform file came from; null when it is no checkout. */
    readonly commit: string | null;
  };
  readonly verdict: Verdict;
  readonly windows: readonly WindowRecord[];
  readonly findings: readonly Finding[];
  readonly loads: readonly LoadRecord[];
  readonly experiments: readonly ExperimentRecord[];
  readonly drills: readonly DrillRecord[];
  /** Absent in records of before backups were restored. */
  readonly restores?: readonly RestoreRecord[];
  /** Absent in records of before versions were deployed. */
  readonly deployments?: readonly DeploymentRecord[];
  /** Absent where no limit was looked at. */
  readonly limits?: readonly LimitRecord[];
  /** Phases that the scenario has, and that were not run where the platform is. Absent when there are none. */
  readonly notRun?: readonly NotRunPhase[];
  /** Objectives of the platform that no phase of the scenario asks for, or that the gate does not judge. Absent when there are none. */
  readonly otherObjectives?: readonly string[];
  /** What stress tests came to. Absent when there was none. */
  readonly capacities?: readonly CapacityRecord[];
  /** How the platform settled after spikes. Absent when there was none. */
  readonly settlings?: readonly SettlingRecord[];
  /** What grew and what did not, series by series. Absent when nothing was looked at. */
  readonly leaks?: readonly LeakRecord[];
  readonly residue: readonly ResidueRecord[];
  readonly environment: {
    readonly versions: Readonly<Record<string, string>>;
    readonly settings: Readonly<Record<string, string>>;
  };
  /** What was judged, in files beside the record. Absent in records of before there was any. */
  readonly evidence?: readonly EvidenceFile[];
}

/** A file that the findings rest on. */
export interface EvidenceFile {
  /** Its name in the run's folder. */
  readonly file: string;
  /** Of its bytes, in hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** What runs phases of a scenario. */
export type ScenarioRunKind = 'smoke' | 'load' | 'chaos' | 'drill' | 'gameday';

/** `judge` and `check` only read Prometheus: over an interval that is past, and for a while from now on. */
export type RunKind = ScenarioRunKind | 'judge' | 'check';

export interface Verdict {
  readonly outcome: 'pass' | 'fail' | 'inconclusive' | 'refused' | 'residue' | 'broken' | 'interrupted';
  readonly exitCode: number;
  /** Sentences, the one that decided first. */
  readonly reasons: readonly string[];
}

export interface WindowRecord {
  /** Unique in the run, for instance `replica-killed/during`. */
  readonly name: string;
  /** The phase that it belongs to, for instance `replica-killed`. */
  readonly phase: string;
  readonly from: string;
  readonly to: string;
  readonly monotonicFrom: number;
  readonly monotonicTo: number;
}

export interface LoadRecord {
  readonly workload: string;
  /** Iterations that the shape asked for, that ended, and for which no virtual user was free. */
  readonly offered: number;
  readonly achieved: number;
  readonly dropped: number;
  /** Requests that failed, of all requests. */
  readonly failed: number;
  readonly requests: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Whether the generator offered what it promised; the sentence says why not. */
  readonly validity: { readonly valid: true } | { readonly valid: false; readonly reason: string };
}

/** How much a platform bears: what a stress test found. Rates are iterations a second. */
export interface CapacityRecord {
  /** The phase that searched. */
  readonly phase: string;
  readonly capacity: Capacity;
  /** Every rate that was tried, in order. */
  readonly steps: readonly CapacityStepRecord[];
}

/** What a search for the capacity came to. `low` held over a longer window; `high` broke; it lies between. */
export type Capacity =
  | { readonly how: 'found'; readonly low: number; readonly high: number; readonly broke: BrokenFirst }
  /** The highest rate that could be tried held: because of the bounds, or as far as the generator goes. */
  | { readonly how: 'at-least'; readonly low: number; readonly because: string }
  /** The lowest rate that could be tried broke. */
  | { readonly how: 'below'; readonly high: number; readonly broke: BrokenFirst }
  | { readonly how: 'unknown'; readonly because: string };

/** What broke first. */
export interface BrokenFirst {
  /** Name of the objective, or `achieved load`. */
  readonly objective: string;
  readonly explanation: string;
}

export interface CapacityStepRecord {
  readonly rate: number;
  readonly purpose: 'try' | 'confirm';
  /** `short`: the generator did not offer the rate; `unclear`: it could not be decided. */
  readonly outcome: 'held' | 'broke' | 'short' | 'unclear';
  /** Why; empty when it held. */
  readonly detail: string;
  /** Of the judged part. */
  readonly seconds: number;
  /** Of the whole step, with its warm-up. */
  readonly requests: number;
  readonly failed: number;
  readonly dropped: number;
  readonly p95Ms: number;
}

/** How long the platform took to settle after a spike. */
export interface SettlingRecord {
  readonly phase: string;
  readonly outcome: 'settled' | 'not-settled' | 'cannot-tell';
  /** Bounds; `high` null: it had not settled by the end of what was watched. Null when it cannot be told. */
  readonly seconds: { readonly low: number; readonly high: number | null } | null;
  readonly detail: string;
}

/** Whether one series grows without end. */
export interface LeakRecord {
  readonly objective: string;
  readonly window: string;
  /** The series, as Prometheus names it, or the client's. */
  readonly series: string;
  readonly outcome: 'leak' | 'no-leak' | 'cannot-tell';
  /** Growth that goes on, in `unit`; null when nothing could be measured. An end that is null is unbounded. */
  readonly growth: { readonly low: number | null; readonly high: number | null } | null;
  readonly unit: string;
  /** Until the series is exhausted at that growth; `high` null: it may never be. Null where no limit is known. */
  readonly secondsToLimit: { readonly low: number | null; readonly high: number | null } | null;
  /** Without warm-up, all lives of the process together. */
  readonly judgedSeconds: number;
  readonly lives: { readonly judged: number; readonly all: number };
  readonly detail: string;
}

export interface ExperimentRecord {
  readonly name: string;
  readonly fault: string;
  readonly targets: readonly string[];
  /** Null when it was not injected; `notInjected` then says why. */
  readonly injectedAt: string | null;
  readonly healedAt: string | null;
  readonly notInjected?: string;
  /** Whether a witness moved beyond its steady band; null when it was not injected. */
  readonly effective: boolean | null;
  /** What was watched as proof of effect, and what it did. */
  readonly witness: string;
  /** Why it had to be healed, where something of the platform should have ended it: nobody replaced what was hit. */
  readonly notReplaced?: string;
  /** From healed to steady; null when it was not reached, or not injected. */
  readonly recoverySeconds: number | null;
  /**
   * Whether the witnesses that the platform names at its faults were back. Absent where there are none, where it came to
   * no recovery, and in records of before that was looked at.
   */
  readonly witnessesBack?: WitnessesBackRecord;
  readonly aborted?: string;
  /** Its faults one by one, in the order of injection. Absent in records of before there could be several. */
  readonly faults?: readonly ExperimentFaultRecord[];
  /** What its random choices came from. */
  readonly seed?: number;
  /** Which of several repetitions of a phase it is, from 1 on. Absent when it is done once. */
  readonly repetition?: { readonly of: string; readonly number: number; readonly times: number };
  /** The way of an abort. Absent when there was none. */
  readonly abort?: AbortRecord;
}

/** Whether what faults had moved was where it had been before, for as long as clients have to be steady. */
export interface WitnessesBackRecord {
  /** `not told`: one of them could not be read, or it was cut short. */
  readonly outcome: 'back' | 'not back' | 'not told';
  /** What was read of each. */
  readonly detail: string;
}

/** One fault of an experiment. */
export interface ExperimentFaultRecord {
  readonly fault: string;
  /** With the driver's own name for the very thing that was hit: a pod's UID, a process id and its start time. */
  readonly targets: readonly { readonly name: string; readonly identity?: string }[];
  readonly injectedAt: string | null;
  readonly healedAt: string | null;
  readonly effective: boolean | null;
  readonly witness: string;
}

export interface AbortRecord {
  /** When the condition had become true, by what the client had measured up to then. */
  readonly conditionAt: string;
  /** When it was seen to be true: the client reports about once a second. */
  readonly seenAt: string;
  /** From the condition being true until every fault was seen to be gone; null when one is still in. */
  readonly secondsToHealed: number | null;
}

export interface DrillRecord {
  readonly name: string;
  readonly kind: 'failover' | 'failback' | 'switchover' | 'evacuate' | 'return' | 'observe';
  /** Seconds from the fault (or the planned start) to recovered, as an interval; `high` null: not recovered. */
  readonly rto: {
    readonly low: number;
    readonly high: number | null;
    readonly target: number;
    /** Seconds for which recovery was waited for, in vain. Absent where nobody came to wait for it, or it came. */
    readonly givenUpAfter?: number;
  };
  /** The outage as clients saw it, by probe stream. */
  readonly outages: readonly OutageRecord[];
  readonly rpo: LedgerRecord;
  readonly steps: readonly StepRecord[];
  readonly flaps: number;
  readonly badSeconds: number;
  /** Seconds from the fault to each milestone, as bounds. Absent when it was not reached. */
  readonly decomposition: Readonly<
    Partial<
      Record<
        'detected' | 'decided' | 'fenced' | 'promoted' | 'routed' | 'recovered',
        { readonly low: number; readonly high: number }
      >
    >
  >;
  /** What Prometheus says of the same recovery. */
  readonly secondWitness: { readonly agrees: boolean | null; readonly detail: string };
  readonly failed?: string;
  /** The run was ended under it: after so many seconds since the fault or the planned start; null: before that. */
  readonly stoppedAfter?: number | null;
  /** Seconds of the way to recovery that were spent waiting for a person. They are not in `rto`. */
  readonly waitedOnHuman?: number;
  /** Who let it go on, and when. Absent in records of before it was asked. */
  readonly approvals?: readonly ApprovalRecord[];
  /** Whether two nodes took writes at once. Absent in records of before that was looked for. */
  readonly writers?: WritersRecord;
  /** By probe that keeps sessions: what became of these. Absent where none does. */
  readonly sessions?: readonly SessionsRecord[];
  /** What the configuration says about how long things take, beside how long they took. */
  readonly bounds?: readonly BoundRecord[];
  /** What the store's own log says of loss, beside the ledger. Absent in records of before it was asked. */
  readonly logPositions?: LogPositionsRecord;
  /** Which backup there was to fall back on. Absent in records of before that was kept. */
  readonly backup?: BackupBehindRecord;
}

/**
 * Whether the node that was promoted had as much of the log as the old primary had had when it was asked last, which was
 * shortly before the fault. `not told`: one of the two is not known.
 */
export interface LogPositionsRecord {
  readonly outcome: 'all there' | 'lacks log' | 'not told';
  readonly detail: string;
}

/** Whether there was a backup to fall back on when a drill began, and which; or why none was asked for. */
export interface BackupBehindRecord {
  readonly outcome: 'fresh' | 'not fresh' | 'not asked for';
  readonly detail: string;
}

/** Sessions that a probe keeps, from the fault on. */
export interface SessionsRecord {
  readonly stream: string;
  readonly kept: number;
  /** How many of them were cut, each counted once however often it was. */
  readonly dropped: number;
  /** Those of them that were not back when the drill ended. */
  readonly notBack: number;
  /** Bounds of the longest time until one was back, in seconds; `high` null: one was not. Null when none was cut. */
  readonly reconnect: { readonly low: number; readonly high: number | null } | null;
  /** How they were cut, as the client saw it. */
  readonly reasons: readonly string[];
}

/** An answer to whether a drill may go on. */
export interface ApprovalRecord {
  readonly step: string;
  readonly question: string;
  readonly approved: boolean;
  /** `unattended`: nobody was asked, and it went on by itself. */
  readonly how: 'unattended' | 'terminal' | 'file' | 'http';
  readonly by: string;
  readonly why: string;
  readonly askedAt: string;
  readonly answeredAt: string;
  readonly waitedSeconds: number;
}

/** All nodes of a store were asked on a schedule whether they take writes. */
export interface WritersRecord {
  /** `not excluded`: somebody was silent, or one came too soon after the other to tell them apart. */
  readonly outcome: 'proven' | 'not excluded' | 'excluded';
  readonly detail: string;
}

/** One time that settings bound, and what was measured of it. Seconds. */
export interface BoundRecord {
  /** For instance `detection`, `takeover`, `answers kept by clients`. */
  readonly name: string;
  /** As they were read before the drill, for instance `ttl: 30 s`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly configured: { readonly low: number; readonly high: number };
  /** Null when it was not reached. */
  readonly measured: { readonly low: number; readonly high: number } | null;
  readonly outcome: 'explained' | 'too long' | 'too short' | 'not told apart' | 'not measured';
  readonly detail: string;
}

export interface OutageRecord {
  readonly stream: string;
  readonly attempts: number;
  readonly bad: number;
  /** Bounds of the outage's length in seconds; null when there was none. `high` null: it did not end. */
  readonly outage: { readonly low: number; readonly high: number | null } | null;
  readonly firstSuccessSeconds: number | null;
  readonly latenessMs: { readonly p99: number; readonly max: number };
  readonly missedTicks: number;
}

export interface LedgerRecord {
  /** Seconds by measurement.md; 0 when nothing was lost; `atLeast` when the ledger's oldest write is itself lost. */
  readonly seconds: number;
  readonly atLeast: boolean;
  readonly lost: number;
  readonly acknowledged: number;
  readonly stale: number;
  readonly duplicate: number;
  readonly phantom: number;
  readonly resurrected: number;
  readonly corrupt: number;
  readonly unresolved: number;
  readonly recovered: number;
  readonly holes: number;
  /** Acknowledged after the fault and lost: a split brain. */
  readonly lostAfterFault: number;
  /** Largest gap between two acknowledgements: the resolution of "nothing was lost". */
  readonly resolutionSeconds: number;
  readonly target: number;
  /** The last acknowledgement of the unbroken surviving prefix. */
  readonly recoveryPoint: string | null;
}

/** A version that was deployed while load ran. */
export interface DeploymentRecord {
  readonly name: string;
  /** As the platform names it. */
  readonly deployment: string;
  /** Which version served before; null when it could not be told. */
  readonly from: string | null;
  readonly to: string;
  /**
   * `out`: it served alone, and still did when it had been watched; `taken-back`: by the platform itself; `unfinished`:
   * neither of them in time; `cut-short`: by the run, which was interrupted or had to spare the platform.
   */
  readonly outcome: 'out' | 'taken-back' | 'unfinished' | 'not-begun' | 'cut-short';
  readonly because?: string;
  readonly startedAt: string | null;
  /** Seconds from its start for which it was watched. */
  readonly watchedSeconds: number;
  /** Seconds from the start until the new version served alone; null when it never did. */
  readonly deploySeconds: { readonly low: number; readonly high: number | null } | null;
  /** Seconds between the new version's first traffic and its last, where the platform has taken it back. */
  readonly rollBackSeconds: { readonly low: number; readonly high: number | null } | null;
  /** Seconds from the run's wish to go back until the old version served alone; null when there was none. */
  readonly returnSeconds: { readonly low: number; readonly high: number | null } | null;
  /** Whether the new version was seen to get traffic. */
  readonly served: boolean;
  /** Why the run had to end it at once: what hurts too much, or that nobody saw what it does. */
  readonly aborted?: string;
  /** Why the version before does not serve alone again, though the run went back. */
  readonly stuck?: string;
  /** What the platform said at the end. */
  readonly detail: string;
}

/** A backup that was restored, and read. */
export interface RestoreRecord {
  readonly name: string;
  /** Absent in records of before there were others than `restore`. `backup-freshness` and `archiving` restore nothing. */
  readonly kind?: 'restore' | 'point-in-time' | 'backup-freshness' | 'archiving';
  /** Seconds between the backup's own instant and the start of the restore. */
  readonly backupAgeSeconds: { readonly low: number; readonly high: number };
  /** Why nobody can tell how old it is, as it is dated ahead of the clock; `backupAgeSeconds` then says nothing. */
  readonly backupAgeless?: string;
  /** Seconds from the start of the restore until it was read and proven; `high` null: it was not. */
  readonly seconds: {
    readonly low: number;
    readonly high: number | null;
    /** Seconds from its start after which it was given up. Absent where it came to its end, well or not. */
    readonly givenUpAfter?: number;
  };
  /** Seconds from the start of the restore until its server answered; absent when it never did. */
  readonly answeredSeconds?: number;
  readonly targets?: { readonly rto: number; readonly rpo: number };
  /** The copy that was restored. Absent when there was none. */
  readonly backup?: {
    readonly driver: string;
    readonly id: string;
    readonly instant: { readonly low: string; readonly high: string };
    readonly bytes: number;
    readonly system?: string;
    readonly database?: string;
  };
  /** Everything that was looked at, in the order in which it was. */
  readonly checks?: readonly RestoreCheckRecord[];
  /** What was read of the restored tables, and which are not what they were at the time of the backup. */
  readonly content?: {
    readonly tables: number;
    readonly rows: number;
    /** Rows at the time of the backup, and rows that were found; null where there is no such table. */
    readonly differing: readonly {
      readonly table: string;
      readonly expectedRows: number | null;
      readonly foundRows: number | null;
    }[];
  };
  readonly pointInTime?: PointInTimeRecord;
  /** Which copies are kept, against what the platform promises of them. Absent where that was not looked at. */
  readonly schedule?: ScheduleRecord;
  /** How soon what is written is archived. Absent where that was not looked at. */
  readonly archiving?: ArchivingRecord;
  readonly steps?: readonly StepRecord[];
  /** Seconds since the start of the restore that were spent waiting for a person. They are not in `seconds`. */
  readonly waitedOnHuman?: number;
  /** Who let it go on, and when. Absent in records of before it was asked. */
  readonly approvals?: readonly ApprovalRecord[];
  /** Why it does not count. */
  readonly failed?: string;
  /** The run was ended under it: after so many seconds since its start; null: before that. */
  readonly stoppedAfter?: number | null;
}

/** How long what is written waits until its source has archived it, which it was not asked for. */
export interface ArchivingRecord {
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds at most by the settings; null: nothing bounds it. */
  readonly bound: { readonly low: number; readonly high: number } | null;
  /** How that follows from the settings, without a full stop. */
  readonly reason: string;
  /** Seconds from a mark in the log until it was archived; null: it was not seen to be. */
  readonly seen: { readonly low: number; readonly high: number } | null;
  /** Seconds for which it was waited for. */
  readonly waited: number;
}

/** Copies that are kept, against the schedule on which they are made. */
export interface ScheduleRecord {
  readonly copies: number;
  /** Ids of what is listed with them and too small to hold anything, so that it is none of them; absent where there is none. */
  readonly empty?: readonly string[];
  /** The latest moments that the oldest and the newest can hold; absent when there are none. */
  readonly oldest?: string;
  readonly newest?: string;
  /** A sentence each, without its full stop. */
  readonly departures: readonly string[];
  /** What cannot be told, likewise. */
  readonly unknown: readonly string[];
}

export interface RestoreCheckRecord {
  readonly name: string;
  readonly outcome: 'held' | 'broken' | 'not-run';
  readonly detail: string;
}

/** How close a restore came to the moment that was asked for, by markers that were written into the source. */
export interface PointInTimeRecord {
  /** By the source's clock. */
  readonly target: string;
  /** Markers that were written before and after the target, the largest gap between two of them in seconds. */
  readonly before: number;
  readonly after: number;
  readonly resolutionSeconds: number;
  /** Markers that are there although they were written after the target. */
  readonly overshoot: number;
  /** Seconds before the target from which on committed markers are not there, as bounds. */
  readonly undershootSeconds: { readonly low: number; readonly high: number };
  /** Markers that are not there although a later one is. */
  readonly holes: number;
}

export interface StepRecord {
  readonly name: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Seconds; null when the step has no target. */
  readonly target: number | null;
  /** Seconds of it that were spent waiting for a person. */
  readonly waitedOnHuman: number;
  readonly outcome: 'done' | 'failed' | 'skipped';
  readonly detail: string;
}

export interface ResidueRecord {
  readonly what: string;
  readonly where: string;
  readonly how: string;
}
