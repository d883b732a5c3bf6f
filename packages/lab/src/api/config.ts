import type { Defect } from '../deploy/versions.ts';
import type { Sabotage } from '../sabotage.ts';

/** What one replica of the API is given, as a JSON file. */
export interface ApiConfig {
  /** Whose contract it serves. */
  readonly platform: string;
  /** As the load balancer calls it, for instance `a1`. */
  readonly replica: string;
  /** Which version of the API it is. */
  readonly version: string;
  /** What that version does wrong. */
  readonly defect?: Defect;
  readonly region: 'a' | 'b';
  readonly port: number;
  /** Connection strings of both nodes, through the region's proxies. */
  readonly databases: { readonly a: string; readonly b: string };
  readonly redis: string;
  readonly sabotage: readonly Sabotage[];
}
