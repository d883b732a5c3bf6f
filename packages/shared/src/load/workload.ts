import type { ClientStream } from './client-interval.ts';
import type { LoadRecord } from '../record/record.ts';

/** What is asked of the generator: journeys at a constant arrival rate. All the times are seconds. */
export interface Workload {
  readonly name: string;
  /** Iterations a second over all journeys together. */
  readonly rate: number;
  /** Longest time it may run; a bound, so that it ends even if nobody stops it. */
  readonly atMostSeconds: number;
  readonly journeys: readonly WorkloadJourney[];
  readonly entry: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly tenantHeader: string;
  readonly tenants: readonly string[];
  /** Latency limits (ms) under which the client counts requests exactly. */
  readonly limitsMs: readonly number[];
}

export interface WorkloadJourney {
  readonly name: string;
  /** The journey's own file. */
  readonly file: URL;
  /** Share of the rate, relative to the others' weights. */
  readonly weight: number;
}

/** A workload under way. */
export interface RunningWorkload {
  readonly stream: ClientStream;
  /** Resolves when the generator has ended, whoever ended it, with what it says of itself. */
  readonly ended: Promise<GeneratorEnd>;
  /** Ends it in order: no request is cut off that can still finish within its timeout. */
  stop(): Promise<LoadRecord>;
}

export type GeneratorEnd =
  | { readonly how: 'stopped' }
  | { readonly how: 'finished' }
  /** It ended although nobody asked it to: the windows it should have filled are inconclusive. */
  | {
      readonly how: 'broke';
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly reason: string;
    };

/** Where the generator's programs are, and where it may write. */
export interface GeneratorSettings {
  readonly k6: string;
  readonly node: string;
  /** Monotonic and wall clock are converted by this. */
  readonly anchor: { readonly monotonicMs: number; readonly wallMs: number };
}
