import type {
  FaultDriver,
  Guarded,
  Loses,
  Loss,
  OneShot,
  Pins,
  Unattended,
  Witness,
} from '@ordeal/shared/drivers/fault';
import type { Healer } from '@ordeal/shared/undo/healer';
import { howMany } from './chaos-mesh/pods.ts';
import {
  describeKubernetesConfig,
  parseKubernetesConfig,
  type KubernetesConfig,
} from './kubernetes/config.ts';

/*
 * What talks to a cluster is loaded when it is needed: the Kubernetes client alone takes longer to load than a
 * platform without a cluster takes to be checked.
 */

/** Faults on Kubernetes that need nothing installed there. */
export const kubernetesDriver: FaultDriver<KubernetesConfig> &
  Witness<KubernetesConfig> &
  OneShot<KubernetesConfig> &
  Pins<KubernetesConfig> &
  Guarded<KubernetesConfig> &
  Unattended<KubernetesConfig> &
  Loses<KubernetesConfig> &
  Required<Pick<Healer, 'prepare'>> = {
  kind: 'kubernetes',
  parse: parseKubernetesConfig,
  describe: describeKubernetesConfig,
  action: ({ fault }) => fault.type,
  loss: ({ fault }) => lossBy(fault),
  hits: ({ choose }, candidates) => howMany(choose, candidates),

  async targets(config, context) {
    const { targetsOf } = await import('./kubernetes/drive.ts');
    return targetsOf(config, context);
  },

  async pin(config, choice, context) {
    const { pinObjects } = await import('./kubernetes/drive.ts');
    return pinObjects(config, choice, context);
  },

  async inject(config, context) {
    const { injectFault } = await import('./kubernetes/drive.ts');
    return injectFault(config, context);
  },

  async status(config, context) {
    const { statusOf } = await import('./kubernetes/drive.ts');
    return statusOf(config, context);
  },

  async heal(entry, context): Promise<void> {
    const parsed = parseKubernetesConfig(entry.config, `undo entry ${entry.id}`);
    if (!parsed.ok) {
      const what = parsed.diagnostics.map(
        (one) => `${one.path}: expected ${one.expected}, found ${one.found}`,
      );
      throw new Error(`The undo entry ${entry.id} cannot be used: ${what.join('; ')}.`);
    }
    const { healFault } = await import('./kubernetes/drive.ts');
    await healFault(parsed.value, context);
  },

  async prepare() {
    await import('./kubernetes/drive.ts');
  },

  async identities(config, context) {
    const { identitiesOf } = await import('./kubernetes/drive.ts');
    return identitiesOf(config, context);
  },

  /** Other faults leave what there is: their proof is what clients feel. */
  changesIdentities: ({ fault }) => fault.type === 'pod-delete',
  endsByItself: ({ fault }) => fault.type === 'pod-delete',

  async replaced(config, before, context) {
    const { untilReplaced } = await import('./kubernetes/drive.ts');
    return untilReplaced(config, before, context);
  },

  unattended: ({ fault, deadMan }) => {
    if (fault.type === 'pod-delete') return { by: 'itself' };
    return deadMan === undefined
      ? {
          by: 'nobody',
          remedy: `a fault "${fault.type}" has no timer at its target: give it a deadMan`,
        }
      : { by: 'dead-man', afterSeconds: deadMan.afterSeconds };
  },
};

function lossBy(fault: KubernetesConfig['fault']): Loss | undefined {
  switch (fault.type) {
    case 'pod-delete':
    case 'drain':
      return fault.graceSeconds === 0 ? 'killed' : 'stopped';
    case 'scale-to-zero':
      return 'stopped';
    case 'isolate':
      return fault.directions.length === 2 ? 'partitioned' : undefined;
    case 'cordon':
      return undefined;
  }
}
