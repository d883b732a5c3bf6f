import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { ApiError, isFailure, mayPass } from '../../chaos-mesh/failure.ts';
import type { CallOptions, Cluster } from '../../chaos-mesh/cluster.ts';
import { labelValue, RUN_LABEL } from '../../chaos-mesh/labels.ts';
import { persist } from '../../chaos-mesh/persist.ts';
import { connect } from '../chaos-mesh/connect.ts';
import { markOf, type KubernetesConfig, type KubernetesFault } from './config.ts';

/** Label with the mark of the fault that is in, on every object that one has changed or created. */
export const FAULT_LABEL = 'ordeal/fault';
/** Annotation with what the object was like before. */
export const ORIGINAL = 'ordeal/original';

/** What the parts of one call of the driver share. */
export interface KubernetesScope<Fault extends KubernetesFault = KubernetesFault> {
  readonly config: KubernetesConfig;
  readonly fault: Fault;
  readonly mark: string;
  /** Of the run, as a label's value. */
  readonly run: string;
  readonly cluster: Cluster;
  readonly context: DriverContext;
  /** Monotonic ms: no attempt begins after it. */
  readonly until: number;
}

/** Connects to the pinned cluster, and no other. */
export async function openScope(
  config: KubernetesConfig,
  context: DriverContext,
  withinMs: number,
): Promise<KubernetesScope> {
  context.signal.throwIfAborted();
  const until = context.clock.now() + withinMs;
  const { cluster } = await connect(config, context, withinMs);
  const run = labelValue(config.pinned?.run ?? '');
  return { config, fault: config.fault, mark: markOf(config), run, cluster, context, until };
}

/** The options of a single call. */
export function calling({ context }: KubernetesScope): CallOptions {
  return { signal: context.signal };
}

/** Repeats what may be repeated until the scope's time is over. */
export function insist<T>({ context, until }: KubernetesScope, task: () => Promise<T>): Promise<T> {
  return persist({ clock: context.clock, signal: context.signal, until }, task);
}

/** What a read gives; undefined when there is no such object. */
export async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isFailure(error, 'not-found')) return undefined;
    throw error;
  }
}

const LOOK_EVERY_MS = 100;

/** Looks until `look` gives something. Rejects with `whyNot` when the scope's time is over before. */
export async function awaited<T>(
  scope: KubernetesScope,
  look: () => Promise<T | undefined>,
  whyNot: () => string,
): Promise<T> {
  const { clock, signal } = scope.context;
  for (;;) {
    const found = await insist(scope, look);
    if (found !== undefined) return found;
    if (clock.now() > scope.until) throw new Error(whyNot());
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/**
 * Changes an object by what it is now, again and again until nobody came between. `change` looks at it and gives the
 * rest of the change, or undefined when there is nothing to do. A patch whose answer was lost is seen by the next
 * look, and so never done twice.
 */
export async function changeSafely<T extends { metadata?: V1ObjectMeta }>(
  scope: KubernetesScope,
  read: () => Promise<T | undefined>,
  patch: (body: object) => Promise<unknown>,
  change: (now: T) => object | undefined,
): Promise<T | undefined> {
  for (;;) {
    const now = await insist(scope, read);
    if (now === undefined) return undefined;
    const body = change(now);
    if (body === undefined) return now;
    const { uid, resourceVersion } = now.metadata ?? {};
    const metadata = { ...(body as { metadata?: object }).metadata, uid, resourceVersion };
    try {
      await patch({ ...body, metadata });
    } catch (error) {
      const again = error instanceof ApiError && (mayPass(error.failure) || error.failure.is === 'conflict');
      if (!again || scope.context.clock.now() > scope.until) throw error;
      await scope.context.clock.sleep(LOOK_EVERY_MS, scope.context.signal);
    }
  }
}

/** The labels and the annotation of an object that a fault is in. */
export function marked({ mark, run }: KubernetesScope, original: string): object {
  return { labels: { [FAULT_LABEL]: mark, [RUN_LABEL]: run }, annotations: { [ORIGINAL]: original } };
}

/** The same for a patch that takes them off. */
export const unmarked = {
  labels: { [FAULT_LABEL]: null, [RUN_LABEL]: null },
  annotations: { [ORIGINAL]: null },
} as const;

export type MarkState =
  /** No fault is in. */
  | 'none'
  /** This fault is in, by this run. */
  | 'ours'
  /** This fault is in, by another run. */
  | 'earlier'
  /** Another fault is in. */
  | 'other';

export function markOn(scope: KubernetesScope, metadata: V1ObjectMeta | undefined): MarkState {
  const { [FAULT_LABEL]: fault, [RUN_LABEL]: run } = metadata?.labels ?? {};
  if (fault === undefined) return 'none';
  if (fault !== scope.mark) return 'other';
  return run === scope.run ? 'ours' : 'earlier';
}

/** Throws when something is in at an object already that this run has not injected. */
export function throwIfTaken(scope: KubernetesScope, what: string, metadata: V1ObjectMeta | undefined): void {
  const state = markOn(scope, metadata);
  if (state === 'none' || state === 'ours') return;
  const by = metadata?.labels?.[RUN_LABEL] ?? '';
  throw new Error(
    `A fault of ${by === '' ? 'an unknown run' : `run ${by}`} is still in at ${what}: run \`ordeal recover\` first.`,
  );
}

/** Throws when an object is not the one that was chosen. */
export function throwIfAnother(what: string, uid: string, metadata: V1ObjectMeta | undefined): void {
  if (metadata?.uid === uid) return;
  throw new Error(`${what} is not the one any more that was chosen: it was created anew since.`);
}
