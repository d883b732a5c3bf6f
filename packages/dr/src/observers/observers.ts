import type { Bounds } from '@ordeal/shared/time/interval';
import type { LedgerRecord } from '@ordeal/shared/record/record';

/** One attempt of a probe stream. Monotonic milliseconds. */
export interface Attempt {
  /** Counts up by one with each attempt that is sent: where one is missing, something was not told. */
  readonly number?: number;
  /** When it should have been sent, and when it was. */
  readonly due: number;
  readonly sent: number;
  /** When its outcome was known: the answer, the error, or the timeout. */
  readonly completed: number;
  readonly ok: boolean;
  /** HTTP status; 0 when there was no answer, or it has none. */
  readonly status: number;
  /** `refused`, `reset`, `timeout`, … when there was no answer; `rejected: …` when a server of another kind said no. */
  readonly error?: string;
}

/** Sessions that a stream keeps, and each time that one of them was cut. */
export interface SessionsSeen {
  readonly kept: number;
  readonly drops: readonly SessionDrop[];
}

/** Monotonic milliseconds. */
export interface SessionDrop {
  /** Number of the session. */
  readonly session: number;
  /** Its last answer, and when it was seen to be cut. */
  readonly low: number;
  readonly high: number;
  /** The first answer on its new connection; null while there is none. */
  readonly again: number | null;
  readonly reason: string;
}

/** What one stream has seen so far. */
export interface ProbeStream {
  readonly name: string;
  /** Milliseconds between two attempts, and until an attempt counts as bad. */
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Completed attempts, by the time they were sent. */
  readonly attempts: readonly Attempt[];
  /** Ticks that could not be sent at all. */
  readonly missedTicks: number;
  /** Where it keeps sessions: what became of them. */
  readonly sessions?: SessionsSeen;
  /**
   * Every attempt that was sent before this instant is in `attempts`. Absent when no more are to come. An attempt
   * that is still under way may turn out bad, so nothing is concluded from later ones before it is known.
   */
  readonly settledUntil?: number;
}

/**
 * Probe streams and the ledger of a drill, each in a process of its own. They outlive nothing: when the runner
 * dies they end by themselves.
 */
export interface Observers {
  readonly streams: () => readonly ProbeStream[];
  /** The ledger's first and last acknowledgement so far, and their number. */
  readonly ledger: () => {
    readonly first: number | null;
    readonly last: number | null;
    readonly acknowledged: number;
    /** The first one behind the last time for which there was none although writes were sent; absent: there was no such time. */
    readonly resumed?: number;
  };
  /** Whether both processes are alive; a dead observer makes the drill inconclusive. */
  readonly healthy: () => { readonly ok: true } | { readonly ok: false; readonly reason: string };
  /** No more ledger writes; resolves when every outcome is known and on disk. */
  stopWriting(): Promise<void>;
  /**
   * Reads everything back through the platform, and gives the set analysis over all readings so far.
   * `fault` is the interval of the moment of the fault (monotonic ms); `targetSeconds` the RPO's target.
   * May be called again later (after the old primary rejoined, after failback).
   */
  readBack(fault: Bounds, targetSeconds: number): Promise<LedgerRecord>;
  /** Ends the probe streams. */
  stopProbes(): Promise<void>;
  /** Deletes what the probes and the ledger have written, and ends both processes. */
  dispose(): Promise<void>;
}
