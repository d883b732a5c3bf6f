import type {
  Acknowledgement,
  DriverContext,
  FaultDriver,
  FaultStatus,
  Guarded,
  Loses,
  Pins,
  Target,
  Unattended,
} from '@ordeal/shared/drivers/fault';
import { reasonOf } from '@ordeal/shared/reason-of';
import {
  describeCommandConfig,
  fill,
  markOf,
  parseCommandConfig,
  type Command,
  type CommandConfig,
} from './command/config.ts';
import { howItEnded, shownWithout } from './command/output.ts';
import { runBounded, type CommandCall, type CommandEnd } from './command/run.ts';
import { endInjections, INJECTS } from './command/under-way.ts';
import { howMany } from './chaos-mesh/pods.ts';
import { draw } from './draw.ts';

/** Injects, sees and heals a fault by commands that the platform names: any fault that a program can make. */
export const commandDriver: FaultDriver<CommandConfig> &
  Pins<CommandConfig> &
  Guarded<CommandConfig> &
  Unattended<CommandConfig> &
  Loses<CommandConfig> = {
  kind: 'command',
  parse: parseCommandConfig,
  describe: describeCommandConfig,
  loss: ({ loses }) => loses,
  hits: ({ choose }, candidates) => howMany(choose, candidates),

  async targets(config, context): Promise<readonly Target[]> {
    return (await namesOf(config, context)).map((name) => ({ name }));
  },

  async pin(config, { run, seed }, context) {
    const names = await namesOf(config, context);
    const targets = draw(names, howMany(config.choose, names.length), seed);
    return { ...config, pinned: { run, targets } };
  },

  unattended: ({ endsAfterSeconds }) =>
    endsAfterSeconds === undefined
      ? {
          by: 'nobody',
          remedy:
            'If what the command injects ends by itself at its target, say so with endsAfterSeconds; else give it a timer there',
        }
      : { by: 'target', afterSeconds: endsAfterSeconds },

  async inject(config, context): Promise<readonly Acknowledgement[]> {
    const names = await namesOf(config, context);
    return Promise.all(
      names.map(async (target) => {
        const sent = context.clock.now();
        const end = await call(config, config.inject, target, context, 'end-it', {
          [INJECTS]: markOf(config),
        });
        const shown = shownWithout(config.secretFiles);
        if (end.code !== 0) {
          throw new Error(`Injecting into ${target} failed with ${howItEnded(end, shown)}.`);
        }
        const status = await look(config, target, context);
        const confirmed = context.clock.now();
        if (status.state === 'present') return { target, sent, confirmed, detail: status.detail };
        const seen = status.state === 'absent' ? 'shows nothing of it' : `cannot tell: ${status.reason}`;
        throw new Error(`The inject command for ${target} has succeeded, but its status ${seen}.`);
      }),
    );
  },

  async status(config, context): Promise<FaultStatus> {
    try {
      const names = await namesOf(config, context);
      const states = await Promise.all(names.map((target) => look(config, target, context)));
      return (
        states.find(({ state }) => state === 'unknown') ??
        states.find(({ state }) => state === 'present') ?? { state: 'absent' }
      );
    } catch (error) {
      return { state: 'unknown', reason: reasonOf(error) };
    }
  },

  async heal(entry, context): Promise<void> {
    const parsed = parseCommandConfig(entry.config, `undo entry ${entry.id}`);
    if (!parsed.ok) {
      const what = parsed.diagnostics.map(
        (one) => `${one.path}: expected ${one.expected}, found ${one.found}`,
      );
      throw new Error(`The undo entry ${entry.id} cannot be used: ${what.join('; ')}.`);
    }
    const config = parsed.value;
    context.signal.throwIfAborted();
    await endInjections(markOf(config), context);
    const names = await namesOf(config, context);
    const healed = await Promise.allSettled(
      names.map(async (target) => {
        const end = await call(config, config.heal, target, context, 'leave-it');
        if (end.code !== 0) {
          const how = howItEnded(end, shownWithout(config.secretFiles));
          throw new Error(`Healing ${target} failed with ${how}.`);
        }
        const status = await look(config, target, context);
        if (status.state === 'present') throw new Error(`${status.detail} after it was healed.`);
        if (status.state === 'unknown') throw new Error(status.reason);
      }),
    );
    const failed = healed.flatMap((one) => (one.status === 'rejected' ? [reasonOf(one.reason)] : []));
    if (failed.length > 0) throw new Error(failed.join(' '));
  },
};

/** The targets that were settled before; else all that there are. */
async function namesOf(config: CommandConfig, context: DriverContext): Promise<readonly string[]> {
  const { pinned, targets } = config;
  if (pinned !== undefined) return pinned.targets;
  if (Array.isArray(targets)) return targets;
  const end = await call(config, targets, '', context, 'end-it');
  if (end.code !== 0) {
    const how = howItEnded(end, shownWithout(config.secretFiles));
    throw new Error(`The command that lists the targets failed with ${how}.`);
  }
  const names = [...new Set(end.stdout.split('\n').map((line) => line.trim()))].filter((one) => one !== '');
  if (names.length === 0) {
    throw new Error('The command that lists the targets prints none: the fault would hit nothing.');
  }
  return names;
}

async function look(config: CommandConfig, target: string, context: DriverContext): Promise<FaultStatus> {
  const shown = shownWithout(config.secretFiles);
  try {
    const end = await call(config, config.status, target, context, 'end-it');
    if (end.code === 0) return { state: 'absent' };
    const said = shown(end);
    if (end.code === 1) {
      return { state: 'present', detail: said === '' ? `${config.what} at ${target}` : `${target}: ${said}` };
    }
    const reason = `The status command for ${target} ended with ${howItEnded(end, shown)}; 0 says absent, 1 present.`;
    return { state: 'unknown', reason };
  } catch (error) {
    return { state: 'unknown', reason: reasonOf(error) };
  }
}

function call(
  config: CommandConfig,
  command: Command,
  target: string,
  { clock, signal, say }: DriverContext,
  onAbort: CommandCall['onAbort'],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  const argv = fill(command, config.pinned?.run ?? '', target);
  const withinMs = command.withinSeconds * 1000;
  return runBounded({ argv, withinMs, env, clock, signal, onAbort }).then((end) => {
    const said = command === config.status ? '' : shownWithout(config.secretFiles)(end);
    if (said !== '') say(`${argv[0]}${target === '' ? '' : ` for ${target}`}: ${said}`);
    return end;
  });
}
