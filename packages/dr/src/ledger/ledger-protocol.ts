import type { LedgerSpec } from '@ordeal/shared/platform/ledger-spec';

export interface LedgerConfig {
  readonly file: string;
  readonly entry: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly run: string;
  readonly tenant: string;
  readonly collection: string;
  readonly spec: LedgerSpec;
  /** Writes a second, over all workers. */
  readonly rate: number;
  readonly writeTimeoutMs: number;
  /** How long one pass over all pages may take, with all its retries. */
  readonly readDeadlineMs: number;
}

export type LedgerCommand =
  | { readonly type: 'start'; readonly config: LedgerConfig }
  /** No more writes. */
  | { readonly type: 'stop' }
  /** Reads the whole set, at least twice. */
  | { readonly type: 'read' };

export type LedgerEvent =
  | { readonly type: 'ready' }
  /** About ten times a second, also when nothing changed: a sign of life. Counts what is on disk. */
  | { readonly type: 'progress'; readonly progress: LedgerProgress }
  | { readonly type: 'stopped' }
  | { readonly type: 'read-done' }
  | { readonly type: 'read-failed'; readonly reason: string }
  | { readonly type: 'trouble'; readonly reason: string };

/** The first and the last acknowledgement (monotonic ms), and their number. */
export interface LedgerProgress {
  readonly first: number | null;
  readonly last: number | null;
  readonly acknowledged: number;
}
