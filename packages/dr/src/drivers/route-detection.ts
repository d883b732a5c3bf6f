import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Bounds } from '@ordeal/shared/time/interval';

/** How long a route's own health checks take to find servers dead, by its settings. */
export interface DetectionTime {
  /** As they were read, for instance `inter: 250 ms`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly configured: Bounds;
  /** How the bounds follow from the settings. */
  readonly reason: string;
}

/** Ability of a route driver: the settings of its health checks can be read. */
export interface RouteDetection {
  /** Undefined where this route's configuration does not say. */
  detection(context: DriverContext): Promise<DetectionTime | undefined>;
}
