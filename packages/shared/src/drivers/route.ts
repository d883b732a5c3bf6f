import type { DriverContext } from './fault.ts';

export interface RouteStatus {
  /** For each region: does it get new traffic? */
  readonly regions: Readonly<Record<string, 'active' | 'draining' | 'out'>>;
  readonly detail: Readonly<Record<string, string>>;
}

/** Moves traffic between regions. */
export interface RouteDriver {
  readonly kind: string;
  status(context: DriverContext): Promise<RouteStatus>;
  /** Sends new traffic to exactly these regions. Resolves when the route itself shows it. */
  switch(regions: readonly string[], context: DriverContext): Promise<void>;
}
