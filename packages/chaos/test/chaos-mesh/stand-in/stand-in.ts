import { PatchStrategy } from '@kubernetes/client-node';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { createChaosMeshClient } from '../../../src/chaos-mesh/client.ts';
import type { Cluster } from '../../../src/chaos-mesh/cluster.ts';
import { ApiError } from '../../../src/chaos-mesh/failure.ts';
import type { FaultObject } from '../../../src/chaos-mesh/fault-state.ts';
import { plurals, type FaultKind } from '../../../src/chaos-mesh/types/kinds.ts';
import { reconcile, type Pass } from './reconcile.ts';
import { createWorld, type Fault, type World } from './world.ts';

/** Plays the controllers of Chaos Mesh on a real API server, where there are none. Of tests alone. */
export interface StandIn {
  readonly world: World;
  /** Stops playing: as when the controllers are down. What was begun is finished first. */
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 30;
const KINDS: readonly FaultKind[] = ['PodChaos', 'NetworkChaos', 'StressChaos'];

type Found = FaultObject & {
  readonly metadata: {
    readonly uid: string;
    readonly name: string;
    readonly namespace: string;
    readonly creationTimestamp?: unknown;
    readonly generation?: number;
  };
};

export function startStandIn(cluster: Cluster, kinds: readonly FaultKind[] = KINDS): StandIn {
  const world = createWorld(cluster);
  const client = createChaosMeshClient(cluster);
  const over = new AbortController();
  /** Objects whose selection has hit nothing: it is not tried again until they are changed. */
  const empty = new Map<string, string>();
  let paused = false;
  let pass: Promise<void> = Promise.resolve();

  const one = async (kind: FaultKind, object: Found): Promise<void> => {
    const { uid, name, namespace, annotations } = object.metadata;
    const fault = { kind, spec: object.spec, uid, name, namespace } as Fault;
    const version = JSON.stringify([object.spec, annotations]);
    const done = await reconcile(
      { ...object, kind } as Found,
      fault,
      world,
      Date.now(),
      empty.get(uid) === version,
    );
    if (done.events.some(({ message }) => message.includes('no pod is selected'))) empty.set(uid, version);
    if (done.patch !== undefined) await write(fault, done.patch);
    for (const event of done.events) await tell(fault, event);
  };
  // What was done to a pod must be written down, however long the server is away: it would be done again.
  const write = async (fault: Fault, patch: NonNullable<Pass['patch']>): Promise<void> => {
    for (;;) {
      try {
        await cluster.call(
          'writing a status',
          (how) =>
            cluster.custom.patchNamespacedCustomObject(
              {
                group: 'chaos-mesh.org',
                version: 'v1alpha1',
                namespace: fault.namespace,
                plural: plurals[fault.kind],
                name: fault.name,
                body: { ...patch, metadata: { ...patch.metadata, uid: fault.uid } },
              },
              how,
            ),
          { contentType: PatchStrategy.MergePatch, withinMs: 3_000 },
        );
        return;
      } catch (error) {
        const gone = error instanceof ApiError && ['not-found', 'conflict'].includes(error.failure.is);
        if (gone || over.signal.aborted) return;
        await systemClock.sleep(200);
      }
    }
  };
  const tell = async (fault: Fault, event: Pass['events'][number]): Promise<void> => {
    const now = new Date();
    await cluster
      .call('writing an event', (how) =>
        cluster.core.createNamespacedEvent(
          {
            namespace: fault.namespace,
            body: {
              metadata: { generateName: `${fault.name}.`, namespace: fault.namespace },
              involvedObject: {
                apiVersion: 'chaos-mesh.org/v1alpha1',
                kind: fault.kind,
                namespace: fault.namespace,
                name: fault.name,
                uid: fault.uid,
              },
              ...event,
              firstTimestamp: now,
              lastTimestamp: now,
              source: { component: 'stand-in' },
            },
          },
          how,
        ),
      )
      .catch(() => undefined);
  };
  const look = async (): Promise<void> => {
    for (const kind of kinds) {
      const objects = (await client.list(kind, {}, { withinMs: 2_000 })) as readonly unknown[] as Found[];
      for (const object of objects) await one(kind, object);
    }
  };
  const loop = (async () => {
    while (!over.signal.aborted) {
      if (!paused) {
        // The server is away, frozen or restarted in some tests: the controllers would go on as well.
        pass = look().catch(() => undefined);
        await pass;
      }
      await systemClock.sleep(LOOK_EVERY_MS, over.signal).catch(() => undefined);
    }
  })();
  return {
    world,
    pause: async () => {
      paused = true;
      await pass;
    },
    resume: () => {
      paused = false;
    },
    stop: async () => {
      over.abort(new Error('stopped'));
      await loop;
    },
  };
}
