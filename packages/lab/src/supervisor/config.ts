import type { SiteName } from '../layout/paths.ts';

/** How to see whether a unit does its work. Milliseconds. */
export type Check =
  | { readonly kind: 'http'; readonly url: string; readonly timeoutMs: number }
  | {
      readonly kind: 'tcp';
      readonly port: number;
      readonly timeoutMs: number;
      readonly send: string;
      readonly expect: string;
    }
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly timeoutMs: number };

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** One process that a supervisor keeps running. */
export interface Unit {
  /** `a/api-1` */
  readonly name: string;
  /** It is needed only at times: that it does not run is nothing wrong. */
  readonly spare?: true;
  readonly argv: readonly string[];
  /** All of its environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly log: string;
  readonly runAs?: RunAs;
  /** Holds once it has come up. Starting waits for this. */
  readonly started: Check;
  /** Holds while it can do its work, for which it may need other units. */
  readonly ready: Check;
  /** When it fails that many times in a row, the process is killed and replaced. */
  readonly liveness?: { readonly check: Check; readonly everyMs: number; readonly failures: number };
  /** Asked to end by this signal, and killed when it has not after that time. */
  readonly stop: { readonly signal: 'SIGTERM' | 'SIGINT'; readonly withinMs: number };
  /** What happens after it has ended without having been told to. Default: at once. */
  readonly restart?: 'never' | { readonly afterMs: number };
  /**
   * PostgreSQL: its child processes outlive a killed parent for a moment, and its lock file outlives both.
   * Both are cleared away before a start.
   */
  readonly dataDir?: string;
}

/** What a supervisor is given. */
export interface SupervisorConfig {
  readonly site: SiteName;
  readonly labDir: string;
  readonly node: string;
  readonly units: readonly Unit[];
}
