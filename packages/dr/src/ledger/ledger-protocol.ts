import type { LedgerSpec } from '@ordeal/shared/platform/ledger-spec';
import type { NamedEntry } from '@ordeal/shared/platform/platform';
import type { LedgerRecord } from '@ordeal/shared/record/record';
import type { LedgerQuestion } from './analyse.ts';

export interface LedgerConfig {
  readonly file: string;
  readonly entry: string;
  /** Who is asked where the entry's name leads; absent: the system. */
  readonly nameServers?: NamedEntry['servers'];
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
  /** Reads the whole set, at least twice, and tells what all readings so far come to. */
  | { readonly type: 'read'; readonly question: LedgerQuestion };

export type LedgerEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'start-failed'; readonly reason: string }
  /** About ten times a second, also when nothing changed: a sign of life. Counts what is on disk. */
  | { readonly type: 'progress'; readonly progress: LedgerProgress }
  | { readonly type: 'stopped' }
  | { readonly type: 'read-done'; readonly record: LedgerRecord }
  | { readonly type: 'read-failed'; readonly reason: string }
  | { readonly type: 'trouble'; readonly reason: string };

/** The first and the last acknowledgement (monotonic ms), and their number. */
export interface LedgerProgress {
  readonly first: number | null;
  readonly last: number | null;
  readonly acknowledged: number;
}
