import type { DriverContext, Loss } from '@ordeal/shared/drivers/fault';
import type { Bounds } from '@ordeal/shared/time/interval';

/** How long a store may take to have another primary, by its own configuration. */
export interface ConfiguredBounds {
  /** The settings that decide it, as they were read from the store, for instance `ttl: 30 s`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds from the loss, or from being asked to switch, to the first write on another node that the settings can explain. */
  readonly takeover: Readonly<Record<Loss | 'switched over', Bounds>>;
  /** How the bounds follow from the settings. */
  readonly reason: string;
}

/** Another node has become primary. */
export interface Takeover {
  readonly node: string;
  /** From the last look at which no other node took writes to the first committed write. Monotonic milliseconds. */
  readonly at: Bounds;
  readonly timeline: number;
}

/** Ability of a store driver: the store chooses another primary by itself, and is only watched while it does. */
export interface SelfRecovery {
  bounds(context: DriverContext): Promise<ConfiguredBounds>;
  /**
   * Resolves as soon as a node other than `lost` has committed a write as primary. Call it right after the loss, or
   * before. Waits as long as the context's signal lets it.
   */
  observe(lost: string, context: DriverContext): Promise<Takeover>;
}

/** A measured time against the configured bounds. */
export interface Explanation {
  /** `not told apart`: the measured interval reaches over an end of the bounds. */
  readonly outcome: 'explained' | 'too long' | 'too short' | 'not told apart';
  readonly detail: string;
}

/** Whether the configuration can explain a measured time. Both in seconds. */
export function explain(measured: Bounds, configured: Bounds): Explanation {
  const outcome =
    measured.low > configured.high
      ? 'too long'
      : measured.high < configured.low
        ? 'too short'
        : measured.low >= configured.low && measured.high <= configured.high
          ? 'explained'
          : 'not told apart';
  const words = {
    explained: 'which its configuration explains',
    'too long': 'which is longer than its configuration can explain',
    'too short': 'which is shorter than its configuration can explain',
    'not told apart': 'which reaches over an end of what its configuration can explain',
  };
  const text = ({ low, high }: Bounds): string => `${low.toFixed(1)} to ${high.toFixed(1)} s`;
  return { outcome, detail: `${text(measured)}, ${words[outcome]} (${text(configured)})` };
}
