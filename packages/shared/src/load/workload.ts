import type { ClientStream } from './client-interval.ts';
import type { RemoteWriteSettings } from '../platform/platform.ts';
import type { LoadRecord } from '../record/record.ts';

/** What is asked of the generator: journeys at a constant arrival rate. All the times are seconds. */
export interface Workload {
  readonly name: string;
  /** Iterations a second over all journeys together. */
  readonly rate: number;
  /** How the rate changes with time; `rate` is then the highest of it. Without these it is constant. */
  readonly rates?: readonly RateLeg[];
  /** Longest time it may run; a bound, so that it ends even if nobody stops it. */
  readonly atMostSeconds: number;
  readonly journeys: readonly WorkloadJourney[];
  /** A script for k6, written by hand, instead of journeys. */
  readonly script?: WorkloadScript;
  readonly entry: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly tenantHeader: string;
  /** Iterations take turns in their names. */
  readonly tenants: readonly string[];
  /** Instead of that: what each of several tenants sends, told apart in what is measured. `rate` is the sum of theirs. */
  readonly perTenant?: readonly TenantLoad[];
  /** Secrets that journeys may ask for, by name. The values reach k6 alone, and no file, log or record. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Latency limits (ms) under which the client counts requests exactly. */
  readonly limitsMs: readonly number[];
  /** Checks of journeys, by name, that the client counts by themselves. */
  readonly checks?: readonly string[];
}

/**
 * A stretch of time in which the rate goes straight from one value to another. Legs follow each other; between two of
 * them the rate may jump.
 */
export interface RateLeg {
  readonly seconds: number;
  /** Iterations a second over all journeys together, at its beginning and at its end. */
  readonly from: number;
  readonly to: number;
}

/** What one tenant sends. */
export interface TenantLoad {
  readonly tenant: string;
  /** Iterations a second. */
  readonly rate: number;
  /** Of the workload's journeys, by name: share of the rate, relative to each other's. Those that it does not do are left out. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface WorkloadJourney {
  readonly name: string;
  /** The journey's own file. */
  readonly file: URL;
  /** Share of the rate, relative to the others' weights. */
  readonly weight: number;
}

/** A script for k6 that is no journey: it may use everything that k6 has, and runs nowhere else. */
export type WorkloadScript =
  /** Its default function is called at the workload's rate, and its own scenarios are left out. */
  | { readonly file: URL; readonly scenarios: 'workload' }
  /** Its own scenarios run as they are, the workload's rate is 0, and ending early cuts iterations off. */
  | {
      readonly file: URL;
      readonly scenarios: 'own';
      /** Requests a second over all of them; what would be more has to wait. At least 1. */
      readonly ceiling: number;
    };

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
  /** File of certificates (PEM) that are trusted besides those that the machine trusts. */
  readonly certificates?: string | undefined;
  /** The client's measurements go on to it, where one is named. */
  readonly remoteWrite?: RemoteWriteSettings;
  /** Monotonic and wall clock are converted by this. */
  readonly anchor: { readonly monotonicMs: number; readonly wallMs: number };
}
