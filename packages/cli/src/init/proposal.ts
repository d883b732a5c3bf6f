import type { Objective } from '@ordeal/shared/objectives/objective';
import type { PrometheusAccess } from './prometheus-access.ts';

/** What a first profile is made of. */
export interface Proposal {
  readonly name: string;
  readonly entry: string;
  readonly health: readonly ProposedHealth[];
  readonly journeys: readonly ProposedJourney[];
  /** Schemes of an OpenAPI document by which these have to say who they are. */
  readonly authorization: readonly string[];
  readonly telemetry: ProposedTelemetry | undefined;
}

export interface ProposedHealth {
  readonly path: string;
  readonly status: number;
}

/** A journey as steps: rendered into a file that a person goes on with. */
export interface ProposedJourney {
  readonly name: string;
  readonly title: string;
  readonly steps: readonly ProposedStep[];
}

/** A status, or any of several. */
type Expected = number | readonly number[];

export type ProposedStep =
  | { readonly kind: 'get'; readonly name: string; readonly path: string; readonly expect: Expected }
  /** Makes something; `then` uses its id, and deletes it. */
  | {
      readonly kind: 'create';
      readonly name: string;
      readonly path: string;
      readonly body: unknown;
      readonly expect: Expected;
      /** The field of the answer that names what was made. */
      readonly id: string;
      /** With `{id}` where the made thing's id goes. */
      readonly item: string;
      readonly reads: boolean;
      readonly deletes: Expected;
    };

/** What was found in a Prometheus. */
export interface ProposedTelemetry {
  readonly url: string;
  readonly access: PrometheusAccess;
  readonly scrapeIntervalSeconds: number;
  readonly targets: readonly { readonly name: string; readonly selector: string; readonly least: number }[];
  readonly objectives: Readonly<Record<string, Objective>>;
}
