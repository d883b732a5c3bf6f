import type { ChaosMeshKinds, FaultKind } from './types/kinds.ts';

/** A fault as it is ordered: its kind, and the spec of that kind. */
export type FaultSpec = {
  [Kind in FaultKind]: { readonly kind: Kind; readonly spec: ChaosMeshKinds[Kind]['spec'] };
}[FaultKind];

/** Actions that are done once: their objects know neither `duration` nor pause, and stay `Injected` for ever. */
const ONE_SHOT: Partial<Record<FaultKind, readonly string[]>> = {
  PodChaos: ['pod-kill', 'container-kill'],
  AWSChaos: ['ec2-restart'],
  AzureChaos: ['vm-restart'],
  GCPChaos: ['node-reset'],
};

/** Whether a fault is done once, and there is nothing of it to take out afterwards but its object. */
export function isOneShot({ kind, spec }: FaultSpec): boolean {
  const action = 'action' in spec ? spec.action : undefined;
  return action !== undefined && ONE_SHOT[kind]?.includes(action) === true;
}
