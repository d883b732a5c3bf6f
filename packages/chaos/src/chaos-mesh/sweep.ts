import type { CallOptions } from './cluster.ts';
import { nameOf, type ChaosMeshClient, type ObjectRef } from './client.ts';
import { ApiError, isFailure } from './failure.ts';
import { describeState, faultState, type FaultObject } from './fault-state.ts';
import { MANAGED_BY, MANAGER, RUN_LABEL, labelValue } from './labels.ts';
import { faultKinds, isFaultKind, type ChaosMeshKind } from './manifest.ts';
import { persist } from './persist.ts';
import { removeFault, type Removal, type RemovalSettings } from './remove.ts';
import type { FaultKind } from './types/kinds.ts';
import type { Patience } from './watch-fault.ts';

/** An object of ours that is on the cluster. */
export interface Leftover {
  readonly ref: ObjectRef & { readonly uid: string };
  /** The run that created it, if it says so. */
  readonly run: string | undefined;
  readonly createdAt: string | undefined;
  /** Its state, for people. */
  readonly state: string;
}

export interface SweepScope {
  /** Where to look. Without it: in all namespaces, which needs the right to. */
  readonly namespaces?: readonly string[];
  /** Only what this run has created. */
  readonly run?: string;
}

/** What was found, and what has become of each. */
export interface Swept {
  readonly found: readonly Leftover[];
  readonly outcomes: readonly { readonly leftover: Leftover; readonly removal: Removal }[];
  /** Kinds that could not be looked at, with the reason: nothing is known of these. */
  readonly unseen: readonly { readonly kind: ChaosMeshKind; readonly why: string }[];
}

/** What a Schedule or a Workflow creates carries no label of ours: they come first, so that nothing new appears. */
const KINDS: readonly ChaosMeshKind[] = ['Schedule', 'Workflow', 'StatusCheck', ...faultKinds];

/** A server that has just started serves its CRDs a moment later. */
const SERVED_WITHIN_MS = 3_000;

/** Lists everything on the cluster that carries our label. Changes nothing. */
export async function findLeftovers(
  client: ChaosMeshClient,
  { namespaces, run }: SweepScope,
  patience: Patience,
): Promise<Pick<Swept, 'found' | 'unseen'>> {
  const options: CallOptions = patience.signal === undefined ? {} : { signal: patience.signal };
  const labels = { [MANAGED_BY]: MANAGER, ...(run === undefined ? {} : { [RUN_LABEL]: labelValue(run) }) };
  const found: Leftover[] = [];
  const unseen: { kind: ChaosMeshKind; why: string }[] = [];
  const served = await servedKinds(client, patience);
  for (const kind of KINDS.filter((one) => served.includes(one))) {
    for (const namespace of namespaces ?? [undefined]) {
      try {
        const where = namespace === undefined ? {} : { namespace };
        const objects = await persist(patience, () => client.list(kind, { ...where, labels }, options));
        found.push(...objects.map((object) => leftover(kind, object)));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        unseen.push({ kind, why: error.message });
      }
    }
  }
  return { found, unseen };
}

/** A kind without its CRD has no objects; and without Chaos Mesh there is no kind. */
async function servedKinds(client: ChaosMeshClient, patience: Patience): Promise<readonly ChaosMeshKind[]> {
  const { clock, signal, until } = patience;
  const options: CallOptions = signal === undefined ? {} : { signal };
  const enough = Math.min(until - 1_000, clock.now() + SERVED_WITHIN_MS);
  return persist(patience, async () => {
    try {
      return await client.served(options);
    } catch (error) {
      if (isFailure(error, 'not-served') && clock.now() >= enough) return [];
      throw error;
    }
  });
}

/** Removes everything that carries our label, all at the same time, and says what has become of each. */
export async function sweep(
  client: ChaosMeshClient,
  scope: SweepScope,
  settings: RemovalSettings,
): Promise<Swept> {
  const { found, unseen } = await findLeftovers(client, scope, settings);
  const outcomes = await Promise.all(
    found.map(async (one) => ({ leftover: one, removal: await removeLeftover(client, one, settings) })),
  );
  return { found, outcomes, unseen };
}

/** Removes one of them. What has become of it; rejects only when the signal ends it. */
export async function removeLeftover(
  client: ChaosMeshClient,
  { ref }: Leftover,
  settings: RemovalSettings,
): Promise<Removal> {
  const { kind } = ref;
  try {
    if (isFaultKind(kind)) return await removeFault(client, { ...ref, kind }, settings);
    // Their finalizers are Kubernetes' own: the deletion is all there is to ask for.
    const options: CallOptions = settings.signal === undefined ? {} : { signal: settings.signal };
    await persist(settings, () => client.delete(ref, options));
    const still = await persist(settings, () => client.get(ref, options)).catch((error: unknown) => {
      if (isFailure(error, 'not-found')) return undefined;
      throw error;
    });
    return still === undefined || still.metadata.uid !== ref.uid
      ? { is: 'gone', steps: ['deleted'] }
      : { is: 'left', steps: ['deleted'], why: 'its deletion waits for what it has created' };
  } catch (error) {
    settings.signal?.throwIfAborted();
    if (isFailure(error, 'not-found', 'conflict')) return { is: 'gone', steps: [] };
    return { is: 'left', steps: [], why: `${nameOf(ref)}: ${(error as Error).message}` };
  }
}

function leftover(
  kind: ChaosMeshKind,
  object: { readonly metadata: FaultMetadata; readonly status?: unknown; readonly spec: unknown },
): Leftover {
  const { name = '', namespace = '', uid = '', labels, creationTimestamp } = object.metadata;
  return {
    ref: { kind, namespace, name, uid },
    run: labels?.[RUN_LABEL],
    createdAt: creationTimestamp === undefined ? undefined : String(creationTimestamp),
    state: isFaultKind(kind)
      ? describeState(faultState({ ...object, kind: kind satisfies FaultKind } as FaultObject))
      : 'there',
  };
}

interface FaultMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: unknown;
}
