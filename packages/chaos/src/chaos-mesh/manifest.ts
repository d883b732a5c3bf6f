import { isOneShot, type FaultSpec } from './one-shot.ts';
import { INJECTION, MANAGED_BY, MANAGER, RUN_LABEL, labelValue } from './labels.ts';
import { plurals, type ChaosMeshKinds, type FaultKind } from './types/kinds.ts';

export type ChaosMeshKind = keyof ChaosMeshKinds;

/** An object that is to be created. */
export interface Order<Kind extends ChaosMeshKind> {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly spec: ChaosMeshKinds[Kind]['spec'];
  /** Becomes a label, so that leftovers of a run are found. */
  readonly run?: string;
  /** Id of this attempt: see `INJECTION`. */
  readonly injection: string;
  /**
   * Seconds after which the cluster itself ends the fault, counted from the object's creation. Every fault that is
   * not done at once needs it; a Schedule, Workflow or StatusCheck has other fields for it.
   */
  readonly endsAfterSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly apiVersion: 'chaos-mesh.org/v1alpha1';
  readonly kind: ChaosMeshKind;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: unknown;
}

/** The object as it is sent. Throws for a fault that would stay in for ever if everything of ours died. */
export function manifestOf<Kind extends ChaosMeshKind>(order: Order<Kind>): Manifest {
  const { kind, namespace, name, spec, run, injection, endsAfterSeconds, labels } = order;
  const fault = isFaultKind(kind) ? ({ kind, spec } as FaultSpec) : undefined;
  const lasts = fault !== undefined && !isOneShot(fault);
  if (lasts && !(endsAfterSeconds !== undefined && endsAfterSeconds > 0)) {
    throw new Error(`${kind} ${name} needs a time after which the cluster itself ends it.`);
  }
  return {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind,
    metadata: {
      name,
      namespace,
      labels: {
        ...labels,
        [MANAGED_BY]: MANAGER,
        ...(run === undefined ? {} : { [RUN_LABEL]: labelValue(run) }),
      },
      // A Workflow without any annotation cannot be aborted by its own StatusCheck in Chaos Mesh 2.8.
      annotations: { [INJECTION]: injection },
    },
    spec: lasts ? { ...spec, duration: `${endsAfterSeconds}s` } : spec,
  };
}

const OTHERS: readonly ChaosMeshKind[] = ['StatusCheck', 'Workflow', 'Schedule'];

export function isFaultKind(kind: ChaosMeshKind): kind is FaultKind {
  return !OTHERS.includes(kind);
}

export const faultKinds: readonly FaultKind[] = (Object.keys(plurals) as ChaosMeshKind[]).filter(isFaultKind);
