import type { Finding } from '../objectives/finding.ts';

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
  /** From healed to steady; null when it was not reached, or not injected. */
  readonly recoverySeconds: number | null;
  readonly aborted?: string;
}

export interface DrillRecord {
  readonly name: string;
  readonly kind: 'failover' | 'failback';
  /** Seconds from the fault (or the planned start) to recovered, as an interval; `high` null: not recovered. */
  readonly rto: { readonly low: number; readonly high: number | null; readonly target: number };
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

/** A backup that was restored, and read. */
export interface RestoreRecord {
  readonly name: string;
  /** Seconds between the backup's own instant and the start of the restore. */
  readonly backupAgeSeconds: { readonly low: number; readonly high: number };
  /** Seconds from the start of the restore until it was read and proven; `high` null: it was not. */
  readonly seconds: { readonly low: number; readonly high: number | null };
  /** Why it does not count. */
  readonly failed?: string;
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
