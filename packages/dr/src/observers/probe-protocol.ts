import type { NamedEntry } from '@ordeal/shared/platform/platform';
import type { ProbeSpec } from '@ordeal/shared/platform/probe-spec';
import type { Attempt, SessionDrop } from './observers.ts';
import type { Scheduling } from './real-time.ts';

export interface ProbeConfig {
  readonly file: string;
  readonly entry: string;
  /** Who is asked where the entry's name leads; absent: the system. */
  readonly nameServers?: NamedEntry['servers'];
  readonly headers: Readonly<Record<string, string>>;
  readonly run: string;
  readonly tenant: string;
  readonly collection: string;
  readonly probes: readonly ProbeSpec[];
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Whether real time may be asked for. */
  readonly realTime: boolean;
}

export type ProbeCommand =
  { readonly type: 'start'; readonly config: ProbeConfig } | { readonly type: 'stop' };

export type ProbeEvent =
  | { readonly type: 'ready' }
  /** It has changed, or what was asked for was denied. */
  | ({ readonly type: 'scheduling' } & Scheduling)
  /** About ten times a second, also when there is nothing new: a sign of life. One report a stream, in order. */
  | { readonly type: 'batch'; readonly reports: readonly StreamReport[] }
  | { readonly type: 'stopped' }
  /** A limit of the observer itself, which makes what it sees worthless. */
  | { readonly type: 'trouble'; readonly reason: string };

export interface StreamReport {
  /** Completed since the report before. */
  readonly attempts: readonly Attempt[];
  readonly missedTicks: number;
  readonly sessions?: SessionsNews;
  /** As in `ProbeStream`; null once the stream has ended. */
  readonly settledUntil: number | null;
}

/**
 * What has become of sessions since the report before. Only what is new: a platform that cuts every connection cuts
 * hundreds a second, and all of them so far, ten times a second, would keep the observer from observing.
 */
export interface SessionsNews {
  readonly kept: number;
  /** New, or as they are by now; each at its place among all drops of the stream. */
  readonly changed: readonly (SessionDrop & { readonly place: number })[];
}
