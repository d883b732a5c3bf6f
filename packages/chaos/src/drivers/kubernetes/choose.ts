import type { Choice, DriverContext } from '@ordeal/shared/drivers/fault';
import { draw } from '../draw.ts';
import { howMany } from '../chaos-mesh/pods.ts';
import type { Action } from './action.ts';
import { actionOf } from './actions/all.ts';
import { isReady, matching } from './actions/pod-delete.ts';
import type { KubernetesConfig, PinnedObject } from './config.ts';
import { openScope, type KubernetesScope } from './scope.ts';

export const LOOK_WITHIN_MS = 10_000;

/** Everything that the fault could hit now. Rejects when that is nothing. */
export async function findObjects(action: Action) {
  const candidates = await action.find();
  if (candidates.length === 0) {
    throw new Error('Nothing there is matches what the fault names: it would hit nothing.');
  }
  return candidates;
}

/** Chooses the objects by the seed, and notes how they were before. */
export async function pinObjects(
  config: KubernetesConfig,
  { run, seed }: Choice,
  context: DriverContext,
): Promise<KubernetesConfig> {
  const scope = await openScope({ ...config, pinned: { run, objects: [] } }, context, LOOK_WITHIN_MS);
  const candidates = await findObjects(actionOf(scope));
  const names = candidates.map(({ name }) => name);
  const chosen = new Set(draw(names, howMany(config.choose, names.length), seed));
  const objects = candidates.flatMap(({ name, object }): PinnedObject[] =>
    chosen.has(name) ? [object] : [],
  );
  return { ...config, pinned: { run, objects, ...(await readyBefore(scope)) } };
}

async function readyBefore(scope: KubernetesScope): Promise<{ readonly ready?: number }> {
  const { fault } = scope;
  if (fault.type !== 'pod-delete') return {};
  return { ready: (await matching({ ...scope, fault }, 'any phase')).filter(isReady).length };
}
