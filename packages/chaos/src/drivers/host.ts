import type {
  DriverContext,
  FaultDriver,
  FaultStatus,
  Guarded,
  Loses,
  Measures,
  OneShot,
  Target,
  Unattended,
  Witness,
} from '@ordeal/shared/drivers/fault';
import { cpu } from './host/actions/cpu.ts';
import { disk } from './host/actions/disk.ts';
import { freeze, type FreezeConfig } from './host/actions/freeze.ts';
import { kill, type KillConfig } from './host/actions/kill.ts';
import { memory } from './host/actions/memory.ts';
import { network } from './host/actions/network.ts';
import { bandwidth, delay } from './host/actions/shape.ts';
import { stop } from './host/actions/stop.ts';
import { parseHostConfig, type HostConfig } from './host/config.ts';
import { tokenOf } from './host/script/fault-script.ts';
import type { FaultHost, HostFault } from './host/script/host-fault.ts';
import { hostAt, type Host } from './host/shell/host.ts';
import { readUnit } from './host/units/read.ts';
import { identityOf, sharesNothing } from './host/units/report.ts';
import type { HostUnit } from './host/units/schema.ts';
import { isUp, stateInWords } from './host/units/start.ts';

const LOOK_EVERY_MS = 100;

const faults: { readonly [Action in HostConfig['action']]: HostFault<HostConfig & { action: Action }> } = {
  kill,
  stop,
  freeze,
  cpu,
  memory,
  disk,
  network,
  delay,
  bandwidth,
};

/**
 * Faults on a Linux host, this one or one over SSH: processes and units killed, stopped or frozen, CPU, memory and
 * disk under pressure, network cut, lossy, slow or narrow. All but a kill carry a timer on their host.
 */
export const hostDriver: FaultDriver<HostConfig> &
  Witness<HostConfig> &
  Measures<HostConfig> &
  OneShot<HostConfig> &
  Guarded<HostConfig> &
  Unattended<HostConfig> &
  Loses<HostConfig> = {
  kind: 'host',
  parse: parseHostConfig,

  describe(config) {
    const where = config.on.ssh === undefined ? '' : ` on ${hostAt(config.on).name}`;
    return `${faultOf(config).describe(config)}${where}`;
  },

  async targets(config, context): Promise<readonly Target[]> {
    const targets = await faultOf(config).targets(config, placeOf(config), context);
    return targets.map((target) => ({ ...target, name: atHost(config, target.name) }));
  },

  async inject(config, context) {
    const acknowledged = await faultOf(config).inject(config, placeOf(config), context);
    return acknowledged.map((one) => ({ ...one, target: atHost(config, one.target) }));
  },

  status: (config, context): Promise<FaultStatus> => faultOf(config).status(config, placeOf(config), context),

  async heal(entry, context): Promise<void> {
    const parsed = parseHostConfig(entry.config, `undo entry ${entry.id}`);
    if (!parsed.ok) {
      const what = parsed.diagnostics.map(
        (one) => `${one.path}: expected ${one.expected}, found ${one.found}`,
      );
      throw new Error(`The undo entry ${entry.id} cannot be used: ${what.join('; ')}.`);
    }
    const config = parsed.value;
    // By what was injected, and not by what this version makes of it: that may have another field by now.
    await faultOf(config).heal(config, placeOf(config, entry.config), context);
  },

  async identities(config, context) {
    if (!endsProcesses(config)) return {};
    const host = hostAt(config.on);
    const seen = await Promise.all(
      config.units.map(async (unit) => {
        const report = await readUnit(unit, host, context).catch(() => undefined);
        return [atHost(config, unit.name), report === undefined ? undefined : identityOf(report)] as const;
      }),
    );
    context.signal.throwIfAborted();
    return Object.fromEntries(seen);
  },

  action: ({ action }) => action,

  loss: (config) => faultOf(config).loss?.(config),

  changesIdentities: endsProcesses,

  measureOf(config) {
    const measure = faultOf(config).measured?.measure(config);
    return measure === undefined ? undefined : { ...measure, name: atHost(config, measure.name) };
  },

  async read(config, context) {
    const { measured } = faultOf(config);
    if (measured === undefined) throw new Error(`A ${config.action} moves nothing that is measured.`);
    return measured.read(config, placeOf(config), context);
  },

  endsByItself: isReplaced,
  unattended: (config) => faultOf(config).ending(config),

  async replaced(config, before, context): Promise<number> {
    if (!isReplaced(config)) throw new Error(`What a ${config.action} hits is not replaced.`);
    const host = hostAt(config.on);
    const until = context.clock.now() + config.readyWithinSeconds * 1000;
    const instants = await Promise.all(
      config.units.map(async (unit) => {
        for (;;) {
          const seen = await stateOf(unit, config, before[atHost(config, unit.name)], host, context);
          if (seen === 'replaced') return context.clock.now();
          if (context.clock.now() > until) {
            throw new Error(`${unit.name} was not replaced within ${config.readyWithinSeconds} s: ${seen}.`);
          }
          await context.clock.sleep(LOOK_EVERY_MS, context.signal);
        }
      }),
    );
    return Math.max(...instants);
  },
};

/** The host, with the name that the fault has there: the same for all who have the same configuration. */
function placeOf(config: HostConfig, injected: unknown = config): FaultHost {
  return { ...hostAt(config.on), token: tokenOf(injected) };
}

/** The table is by `action`, which the type of an indexed access does not see. */
function faultOf(config: HostConfig): HostFault<HostConfig> {
  return faults[config.action] as HostFault<HostConfig>;
}

/** A target's name, with the host that it is on unless that is this one. */
function atHost({ on }: HostConfig, name: string): string {
  return on.ssh === undefined ? name : `${name} on ${hostAt(on).name}`;
}

type Replaced = (KillConfig | FreezeConfig) & { readonly replacedBy: 'supervisor' };

/** Whether something on the host replaces what was hit. */
function isReplaced(config: HostConfig): config is Replaced {
  return (config.action === 'kill' || config.action === 'freeze') && config.replacedBy === 'supervisor';
}

function endsProcesses(config: HostConfig): config is Replaced | (HostConfig & { action: 'kill' | 'stop' }) {
  return config.action === 'kill' || config.action === 'stop' || isReplaced(config);
}

async function stateOf(
  unit: HostUnit,
  config: Replaced,
  before: string | undefined,
  host: Host,
  context: DriverContext,
): Promise<string> {
  try {
    const report = await readUnit(unit, host, context);
    if (!sharesNothing(before, identityOf(report))) return 'a process from before is still listed';
    return isUp(report, config) ? 'replaced' : stateInWords(report);
  } catch (error) {
    context.signal.throwIfAborted();
    return (error as Error).message;
  }
}
