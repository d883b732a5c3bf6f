import type {
  DriverContext,
  FaultDriver,
  Guarded,
  Loses,
  OneShot,
  Pins,
  Unattended,
  Witness,
} from '@ordeal/shared/drivers/fault';
import type { Healer } from '@ordeal/shared/undo/healer';
import { isOneShot } from '../chaos-mesh/one-shot.ts';
import {
  describeChaosMeshConfig,
  faultSpecOf,
  isKill,
  parseChaosMeshConfig,
  type ChaosMeshConfig,
} from './chaos-mesh/config.ts';
import { lossOf } from './chaos-mesh/faults/all.ts';
import { howMany } from './chaos-mesh/pods.ts';

/*
 * What talks to a cluster is loaded when it is needed: the Kubernetes client alone takes longer to load than a
 * platform without a cluster takes to be checked.
 */

/** Faults on Kubernetes, injected and recovered by a Chaos Mesh that is installed there. */
export const chaosMeshDriver: FaultDriver<ChaosMeshConfig> &
  Witness<ChaosMeshConfig> &
  OneShot<ChaosMeshConfig> &
  Pins<ChaosMeshConfig> &
  Guarded<ChaosMeshConfig> &
  Unattended<ChaosMeshConfig> &
  Loses<ChaosMeshConfig> &
  Required<Pick<Healer, 'prepare'>> = {
  kind: 'chaos-mesh',
  parse: parseChaosMeshConfig,
  describe: describeChaosMeshConfig,
  action: ({ fault }) => fault.type,
  loss: ({ fault }) => lossOf(fault),
  hits: ({ choose }, candidates) => howMany(choose, candidates),

  async targets(config, context) {
    const { connect } = await import('./chaos-mesh/connect.ts');
    const { findCandidates, targetOf } = await import('./chaos-mesh/candidates.ts');
    const connection = await connect(config, context, LOOK_WITHIN_MS);
    const candidates = await findCandidates(config, connection, context, LOOK_WITHIN_MS);
    return candidates.are === 'pods' ? candidates.pods.map(targetOf) : candidates.targets;
  },

  async pin(config, choice, context) {
    const { pinChoice } = await import('./chaos-mesh/pin.ts');
    return pinChoice(config, choice, context);
  },

  async inject(config, context) {
    const { injectFault } = await import('./chaos-mesh/inject.ts');
    return injectFault(config, context);
  },

  async status(config, context) {
    const { statusOf } = await import('./chaos-mesh/heal.ts');
    return statusOf(config, context);
  },

  async heal(entry, context: DriverContext): Promise<void> {
    const parsed = parseChaosMeshConfig(entry.config, `undo entry ${entry.id}`);
    if (!parsed.ok) {
      const what = parsed.diagnostics.map(
        (one) => `${one.path}: expected ${one.expected}, found ${one.found}`,
      );
      throw new Error(`The undo entry ${entry.id} cannot be used: ${what.join('; ')}.`);
    }
    const { healFault } = await import('./chaos-mesh/heal.ts');
    await healFault(parsed.value, context);
  },

  async prepare() {
    await import('./chaos-mesh/heal.ts');
  },

  async identities(config, context) {
    const { identitiesOf } = await import('./chaos-mesh/replaced.ts');
    return identitiesOf(config, context);
  },

  /** Other faults leave the pods what they are; their proof is what clients feel. */
  changesIdentities: isKill,
  endsByItself: isKill,

  async replaced(config, before, context) {
    const { untilReplaced } = await import('./chaos-mesh/replaced.ts');
    return untilReplaced(config, before, context);
  },

  unattended: (config) =>
    isOneShot(faultSpecOf(config))
      ? { by: 'itself' }
      : { by: 'target', afterSeconds: config.endsAfterSeconds },
};

const LOOK_WITHIN_MS = 10_000;
