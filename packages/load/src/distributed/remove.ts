import type { Clock } from '@ordeal/shared/time/clock';
import { isGone, isStatus, mayPass } from './kubernetes/api-error.ts';
import type { Kind, Namespace } from './kubernetes/kinds.ts';
import { MANAGED_BY, MANAGER, RUN_LABEL, TEST_RUN_LABEL } from './labels.ts';

const LOOK_EVERY_MS = 500;
/** k6 ends at the first signal, but for its last push. */
const GRACE_SECONDS = 15;

/** Everything that a load may have left. The TestRun comes first: as long as it is there, the operator makes new ones. */
const PARTS: readonly Kind[] = ['jobs', 'pods', 'services', 'configmaps', 'secrets'];

export interface Removal {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Monotonic instant at which it is given up. */
  readonly until: number;
}

/**
 * Deletes everything that carries these labels, and looks until nothing is left. Idempotent. Rejects, with what is left,
 * when the time is over, or with the API's refusal.
 */
export async function removeAll(
  namespace: Namespace,
  labels: Readonly<Record<string, string>>,
  removal: Removal,
): Promise<void> {
  await removeKinds(namespace, ['testruns'], labels, removal);
  await removeKinds(namespace, PARTS, labels, removal);
}

async function removeKinds(
  namespace: Namespace,
  kinds: readonly Kind[],
  labels: Readonly<Record<string, string>>,
  { clock, signal, until }: Removal,
): Promise<void> {
  for (;;) {
    let left: readonly string[];
    try {
      left = (await Promise.all(kinds.map((kind) => removeKind(namespace, kind, labels, signal)))).flat();
    } catch (error) {
      signal?.throwIfAborted();
      if (!mayPass(error)) throw error;
      left = [(error as Error).message];
    }
    if (left.length === 0) return;
    if (clock.now() >= until) throw new Error(`Still there: ${left.join(', ')}`);
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Asks for the deletion of all that are there, and says what they are. */
async function removeKind(
  namespace: Namespace,
  kind: Kind,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const found = await namespace.list(kind, labels, { signal });
  for (const object of found.filter(({ metadata }) => metadata.deletionTimestamp === undefined)) {
    try {
      await namespace.delete(kind, object, {
        signal,
        ...(kind === 'pods' ? { graceSeconds: GRACE_SECONDS } : {}),
      });
    } catch (error) {
      // Gone meanwhile, or another one has its name: that is seen at the next look.
      if (!isGone(error) && !isStatus(error, 409)) throw error;
    }
  }
  return found.map(({ metadata }) => `${kind}/${metadata.name}`);
}

/** Something of ours on the cluster. */
export interface Leftover {
  readonly kind: Kind;
  readonly name: string;
  /** The run that it belongs to, as its label says. */
  readonly run: string;
  /** The TestRun that it belongs to, by its name. */
  readonly testRun: string;
  readonly createdAt: string;
}

/** Lists what any run has left in a namespace. Changes nothing. */
export async function findLeftovers(
  namespace: Namespace,
  signal?: AbortSignal,
): Promise<readonly Leftover[]> {
  const lists = await Promise.all(
    (['testruns', ...PARTS] as const).map(async (kind) =>
      (await namespace.list(kind, { [MANAGED_BY]: MANAGER }, { signal }))
        .filter(({ metadata }) => metadata.labels?.[TEST_RUN_LABEL] !== undefined)
        .map(({ metadata }): Leftover => ({
          kind,
          name: metadata.name,
          run: metadata.labels?.[RUN_LABEL] ?? 'unknown',
          testRun: metadata.labels?.[TEST_RUN_LABEL] ?? 'unknown',
          createdAt: metadata.creationTimestamp ?? 'unknown',
        })),
    ),
  );
  return lists.flat();
}
