import type {
  Acknowledgement,
  Choice,
  DriverContext,
  FaultStatus,
  Target,
} from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import { actionOf } from './actions/all.ts';
import { matching, isReady } from './actions/pod-delete.ts';
import { findObjects, LOOK_WITHIN_MS, pinObjects } from './choose.ts';
import type { KubernetesConfig } from './config.ts';
import { armDeadMan, deadManStands, disarmDeadMan } from './dead-man.ts';
import { openScope } from './scope.ts';

/** An attempt to heal ends so much later, and is begun anew by whoever heals. */
const HEAL_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 250;
/**
 * A request that was given up may still reach the server, for instance when it was frozen. So what is not there is
 * looked for once more after so long.
 */
const LATE_MS = 1_000;

export { pinObjects };

export async function targetsOf(
  config: KubernetesConfig,
  context: DriverContext,
): Promise<readonly Target[]> {
  const scope = await openScope(config, context, LOOK_WITHIN_MS);
  const action = actionOf(scope);
  if (config.pinned !== undefined) {
    return config.pinned.objects.map((object) => ({ name: action.nameOf(object), identity: object.uid }));
  }
  const candidates = await findObjects(action);
  return candidates.map(({ name, object }) => ({ name, identity: object.uid }));
}

export async function injectFault(
  settings: KubernetesConfig,
  context: DriverContext,
): Promise<readonly Acknowledgement[]> {
  const choice: Choice = { run: '', seed: 1 };
  const config = settings.pinned === undefined ? await pinObjects(settings, choice, context) : settings;
  const scope = await openScope(config, context, config.injectWithinSeconds * 1000);
  const action = actionOf(scope);
  const objects = config.pinned?.objects ?? [];
  await armDeadMan(scope, action, objects);
  const sent = context.clock.now();
  await action.prepare?.();
  return Promise.all(
    objects.map(async (object) => {
      const detail = await action.inject(object);
      return { target: action.nameOf(object), sent, confirmed: context.clock.now(), detail };
    }),
  );
}

export async function statusOf(config: KubernetesConfig, context: DriverContext): Promise<FaultStatus> {
  try {
    const scope = await openScope(config, context, LOOK_WITHIN_MS);
    const status = await actionOf(scope).status();
    if (status.state !== 'absent') return status;
    const deadMan = await deadManStands(scope);
    return deadMan === undefined ? status : { state: 'present', detail: deadMan };
  } catch (error) {
    return { state: 'unknown', reason: reasonOf(error) };
  }
}

export async function healFault(config: KubernetesConfig, context: DriverContext): Promise<void> {
  const scope = await openScope(config, context, HEAL_WITHIN_MS);
  const action = actionOf(scope);
  if (!(await action.heal())) {
    await context.clock.sleep(LATE_MS, context.signal);
    await action.heal();
  }
  const status = await action.status();
  if (status.state === 'present') throw new Error(`${status.detail} after it was healed.`);
  if (status.state === 'unknown') throw new Error(status.reason);
  // Last: while something is left it is needed.
  await disarmDeadMan(scope);
}

/** The UIDs of the pods that are deleted: another one under the same name is another pod. */
export async function identitiesOf(
  config: KubernetesConfig,
  context: DriverContext,
): Promise<Readonly<Record<string, string | undefined>>> {
  const scope = await openScope(config, context, LOOK_WITHIN_MS);
  const { fault } = scope;
  if (fault.type !== 'pod-delete') return {};
  const action = actionOf(scope);
  const pods = await matching({ ...scope, fault }, 'any phase');
  const objects = config.pinned?.objects ?? (await findObjects(action)).map(({ object }) => object);
  return Object.fromEntries(
    objects.map((object) => {
      const now = pods.find(
        ({ metadata }) => metadata?.name === object.name && metadata.namespace === object.namespace,
      );
      return [action.nameOf(object), now?.metadata?.uid];
    }),
  );
}

/** Waits until none of the deleted pods is left, and as many as before are ready. Gives the instant. */
export async function untilReplaced(
  config: KubernetesConfig,
  before: Readonly<Record<string, string | undefined>>,
  context: DriverContext,
): Promise<number> {
  const { clock, signal } = context;
  const old = new Set(Object.values(before));
  for (;;) {
    const scope = await openScope(config, context, HEAL_WITHIN_MS);
    const { fault } = scope;
    if (fault.type !== 'pod-delete') throw new Error(`A fault "${fault.type}" does not end by itself.`);
    const pods = await matching({ ...scope, fault }, 'any phase');
    const survivors = pods.filter(({ metadata }) => old.has(metadata?.uid));
    const ready = pods.filter(isReady).length;
    if (survivors.length === 0 && ready >= (config.pinned?.ready ?? old.size)) return clock.now();
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
