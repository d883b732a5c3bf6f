/** What a supervisor can be asked. `unit` is a unit's name, or the site's own for all of it. */
export interface ControlRequest {
  readonly verb: 'start' | 'stop' | 'kill' | 'status';
  readonly unit: string;
}

/** State of a unit, or of a whole site. */
export interface UnitStatus {
  readonly unit: string;
  /** `degraded`: it should run and does not, or only in part, or nobody supervises it. */
  readonly state: 'running' | 'stopped' | 'degraded';
  readonly ready: boolean;
  /** For a site its supervisor comes first. */
  readonly processes: readonly {
    readonly name: string;
    readonly pid: number;
    readonly identity: string;
  }[];
}

export type ControlReply =
  { readonly ok: true; readonly status: UnitStatus } | { readonly ok: false; readonly error: string };
