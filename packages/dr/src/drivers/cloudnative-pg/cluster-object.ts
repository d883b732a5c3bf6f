import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { z } from 'zod';
import type { KubernetesApi } from '../kubernetes/api.ts';

const status = z
  .object({
    currentPrimary: z.string().default(''),
    currentPrimaryTimestamp: z.string().default(''),
    targetPrimary: z.string().default(''),
    phase: z.string().default(''),
    phaseReason: z.string().default(''),
    demotionToken: z.string().default(''),
    lastPromotionToken: z.string().default(''),
    timelineID: z.number().optional(),
    systemID: z.string().default(''),
  })
  .prefault({});

const spec = z
  .object({
    replica: z
      .object({
        primary: z.string().default(''),
        self: z.string().default(''),
        source: z.string().default(''),
        promotionToken: z.string().default(''),
      })
      .optional(),
    failoverDelay: z.number().default(0),
    switchoverDelay: z.number().default(3600),
    stopDelay: z.number().default(1800),
    smartShutdownTimeout: z.number().default(180),
    minSyncReplicas: z.number().default(0),
    maxSyncReplicas: z.number().default(0),
    // The operator's own, where nothing is said.
    primaryLease: z
      .object({
        leaseDurationSeconds: z.number().default(15),
        releasedLeaseDurationSeconds: z.number().default(1),
        retryPeriodSeconds: z.number().default(2),
      })
      .prefault({}),
  })
  .prefault({});

/** A CloudNativePG `Cluster`, as far as a drill looks at it. */
export interface ClusterObject {
  readonly resourceVersion: string;
  readonly spec: z.infer<typeof spec>;
  readonly status: z.infer<typeof status>;
  /** Names of fenced instances; `*` is all of them. */
  readonly fenced: readonly string[];
}

/** Others write it too, the operator above all, and each time for good reason. */
const changeWithinMs = 30_000;
const fenceAnnotation = 'cnpg.io/fencedInstances';

export function clusterPath(namespace: string, name: string): string {
  return `/apis/postgresql.cnpg.io/v1/namespaces/${namespace}/clusters/${name}`;
}

export async function readCluster(
  api: KubernetesApi,
  path: string,
  context: DriverContext,
): Promise<ClusterObject> {
  const object = await api.get(path, context);
  const { metadata } = object;
  return {
    resourceVersion: metadata?.resourceVersion ?? '',
    spec: spec.parse(object.spec ?? {}),
    status: status.parse(object.status ?? {}),
    fenced: fencedIn(metadata?.annotations?.[fenceAnnotation]),
  };
}

/** Changes which instances are fenced. Looks again when somebody else has changed the object meanwhile. */
export async function setFenced(
  api: KubernetesApi,
  path: string,
  change: (fenced: readonly string[]) => readonly string[],
  context: DriverContext,
): Promise<void> {
  await changeCluster(
    api,
    path,
    (now) => {
      const next = change(now.fenced);
      if (next.join() === now.fenced.join()) return undefined;
      const value = next.length === 0 ? null : JSON.stringify(next);
      return { metadata: { annotations: { [fenceAnnotation]: value } } };
    },
    context,
  );
}

/**
 * Applies a change to what the object is now; with `undefined` there is nothing to change. Rejects after half a minute
 * in which somebody else has changed the object each time in between.
 */
export async function changeCluster(
  api: KubernetesApi,
  path: string,
  change: (
    now: ClusterObject,
  ) => { readonly metadata?: object; readonly [field: string]: unknown } | undefined,
  context: DriverContext,
  subresource: '' | '/status' = '',
): Promise<void> {
  const { clock, signal } = context;
  const deadline = clock.now() + changeWithinMs;
  for (;;) {
    const now = await readCluster(api, path, context);
    const patch = change(now);
    if (patch === undefined) return;
    const metadata = { ...patch.metadata, resourceVersion: now.resourceVersion };
    if ((await api.patch(path + subresource, { ...patch, metadata }, context)) !== undefined) return;
    if (clock.now() > deadline) {
      throw new Error(
        `${path} was not changed: somebody else has written it each time between reading and writing for ` +
          `${changeWithinMs / 1000} s; find out who writes it all the time`,
      );
    }
    await clock.sleep(50, signal);
  }
}

function fencedIn(annotation: string | undefined): readonly string[] {
  if (annotation === undefined || annotation === '') return [];
  try {
    return z.array(z.string()).parse(JSON.parse(annotation));
  } catch (error) {
    throw new Error(
      `expected a JSON list of names in the annotation ${fenceAnnotation}, found ${annotation}`,
      {
        cause: error,
      },
    );
  }
}
