import type { Clock } from '../time/clock.ts';
import type { Result } from '../platform/diagnostics.ts';
import type { UndoEntry } from '../undo/entry.ts';

/** One thing that a fault hits, named so that a person recognises it. */
export interface Target {
  /** For instance `process a/api-1` or `proxy a/postgres`. */
  readonly name: string;
  /** Identity at the time of planning, where there is one: process id and start time, pod UID. */
  readonly identity?: string;
}

/** A target's confirmation that a fault is in: the instant lies between `sent` and `confirmed` (monotonic ms). */
export interface Acknowledgement {
  readonly target: string;
  readonly sent: number;
  readonly confirmed: number;
  /** What was seen, for instance `pid 4711 gone`. */
  readonly detail: string;
}

export interface DriverContext {
  readonly clock: Clock;
  /** Ends waiting. Healing gets one of its own, never the run's. */
  readonly signal: AbortSignal;
  readonly say: (message: string) => void;
}

/** Whether a fault is in at a target. `unknown` carries the reason, and is never taken for healed. */
export type FaultStatus =
  | { readonly state: 'absent' }
  | { readonly state: 'present'; readonly detail: string }
  | { readonly state: 'unknown'; readonly reason: string };

/**
 * Injects and heals one kind of fault.
 *
 * `heal` is idempotent: it may be called when nothing was injected, twice, or by another process from the
 * undo entry alone. It resolves once the target itself shows that nothing is left, and rejects otherwise.
 */
export interface FaultDriver<Config = unknown> {
  readonly kind: string;
  parse(raw: unknown, path: string): Result<Config>;
  describe(config: Config): string;
  targets(config: Config, context: DriverContext): Promise<readonly Target[]>;
  inject(config: Config, context: DriverContext): Promise<readonly Acknowledgement[]>;
  status(config: Config, context: DriverContext): Promise<FaultStatus>;
  heal(entry: UndoEntry, context: DriverContext): Promise<void>;
}

/** Optional ability: identities that a kill must change, which is the proof of its effect. */
export interface Witness<Config> {
  /** Identity of every target now: `name → identity`. A target that does not answer maps to undefined. */
  identities(config: Config, context: DriverContext): Promise<Readonly<Record<string, string | undefined>>>;
  /** Whether a fault of this configuration changes identities. Without it every one does. */
  changesIdentities?(config: Config): boolean;
}

/** Something of a target that can be measured, and that a fault moves away from where it was. */
export interface Measure {
  /** For people, for instance `memory available on web-1`. */
  readonly name: string;
  readonly unit: string;
  readonly moves: 'up' | 'down';
  /** How far beyond its steady band it has to be for the fault to have had an effect; in the unit. */
  readonly atLeast: number;
}

/** Optional ability: measures at the target which a fault moves, as the target itself shows them, past the fault. */
export interface Measures<Config> {
  /** What a fault of this configuration moves; undefined where it moves nothing of the kind. */
  measureOf(config: Config): Measure | undefined;
  /** The measure now. Rejects when that cannot be told. */
  read(config: Config, context: DriverContext): Promise<number>;
}

/** Optional ability: the fault ends by itself at its target (a kill under a supervisor). */
export interface OneShot<Config> {
  /** Whether a fault of this configuration does so. */
  endsByItself(config: Config): boolean;
  /** Resolves when every target has been replaced and is ready. Returns the monotonic instant. */
  replaced(
    config: Config,
    before: Readonly<Record<string, string | undefined>>,
    context: DriverContext,
  ): Promise<number>;
}

/** What a random choice of targets comes from, and what it is made for. */
export interface Choice {
  readonly run: string;
  /** The same seed chooses the same of the same targets. */
  readonly seed: number;
}

/**
 * Optional ability: settles, before anything is written down, what a configuration leaves open: which targets a
 * random choice hits, and how they were before.
 */
export interface Pins<Config> {
  /** The same configuration with that in it: what goes into the undo entry, and is injected. Changes nothing. */
  pin(config: Config, choice: Choice, context: DriverContext): Promise<Config>;
}

/** Optional ability: tells guardrails what a fault does, and to how much. */
export interface Guarded<Config> {
  /** What is done, for instance `kill`: of a driver that can do several things. */
  action?(config: Config): string;
  /** How many of so many candidates are hit: only of a driver that chooses among what it finds. */
  hits?(config: Config, candidates: number): number;
}

/** What ends a fault when the runner, its guardian and their whole machine are gone. */
export type Ending =
  /** A one-shot: there is nothing to end. */
  | { readonly by: 'itself' }
  /** A timer at the target, or a dead-man elsewhere that is armed before the fault is in. */
  | { readonly by: 'target' | 'dead-man'; readonly afterSeconds: number }
  /** It stays in until a person comes. `remedy` says what would change that. */
  | { readonly by: 'nobody'; readonly remedy: string };

/** Optional ability: tells what ends a fault. Of a driver without it nobody ends one. */
export interface Unattended<Config> {
  unattended(config: Config): Ending;
}

/**
 * How something is lost: its processes are killed, it is stopped in order, all of it is frozen, or it is cut off from
 * the rest (its clients may still reach it).
 */
export type Loss = 'killed' | 'stopped' | 'frozen' | 'partitioned';

/** Optional ability: tells how a fault takes its targets away. */
export interface Loses<Config> {
  /** Undefined where it leaves them there (a slow network), and where that cannot be told from the configuration. */
  loss(config: Config): Loss | undefined;
}
