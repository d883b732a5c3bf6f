import type {
  Acknowledgement,
  DriverContext,
  FaultDriver,
  FaultStatus,
  OneShot,
  Target,
  Witness,
} from '@ordeal/shared/drivers/fault';
import { describeHostConfig, parseHostConfig, type HostConfig, type HostUnit } from './host/config.ts';
import { killUnits, requireProcesses } from './host/kill.ts';
import { startUnit, isUp } from './host/start.ts';
import { identityOf, readUnit, sharesNothing } from './host/unit.ts';

const LOOK_EVERY_MS = 100;
/** Processes that were born while their unit was killed are killed as well, in so many rounds. */
const ROUNDS = 5;

/** Kills processes on this host, and sees that they come back: by their supervisor, or by their start command. */
export const hostDriver: FaultDriver<HostConfig> & Witness<HostConfig> & OneShot<HostConfig> = {
  kind: 'host',
  parse: parseHostConfig,
  describe: describeHostConfig,

  async targets(config, context): Promise<readonly Target[]> {
    const reports = await readAll(config, context);
    return reports.map(({ name, report }) => {
      requireProcesses(name, report);
      return { name, identity: identityOf(report) ?? '' };
    });
  },

  async inject(config, context): Promise<readonly Acknowledgement[]> {
    const reports = await readAll(config, context);
    for (const { name, report } of reports) requireProcesses(name, report);
    const acknowledged = await killUnits(reports, context);
    if (config.replacedBy === 'supervisor') return acknowledged;
    let confirmed: number | undefined;
    let born = await readAll(config, context);
    for (let round = 0; born.some(({ report }) => report.processes.length > 0); round += 1) {
      if (round === ROUNDS) throw new Error(`Something starts ${names(config)} as fast as it is killed.`);
      await killUnits(born, context);
      confirmed = context.clock.now();
      born = await readAll(config, context);
    }
    return acknowledged.map((one) => ({ ...one, confirmed: confirmed ?? one.confirmed }));
  },

  async status(config, context): Promise<FaultStatus> {
    const seen = await Promise.allSettled(config.units.map((unit) => readUnit(unit, context)));
    const unread = seen.find((one) => one.status === 'rejected');
    if (unread !== undefined) return { state: 'unknown', reason: (unread.reason as Error).message };
    const down = seen.flatMap((one) =>
      one.status === 'fulfilled' && !isUp(one.value, config) ? [one.value] : [],
    );
    return down.length === 0
      ? { state: 'absent' }
      : {
          state: 'present',
          detail: down
            .map(({ unit, state, ready }) => `${unit} is ${state}${ready ? '' : ', not ready'}`)
            .join('; '),
        };
  },

  async heal(entry, context): Promise<void> {
    const parsed = parseHostConfig(entry.config, `undo entry ${entry.id}`);
    if (!parsed.ok) {
      const what = parsed.diagnostics.map(
        (one) => `${one.path}: expected ${one.expected}, found ${one.found}`,
      );
      throw new Error(`The undo entry ${entry.id} cannot be used: ${what.join('; ')}.`);
    }
    const config = parsed.value;
    await Promise.all(config.units.map((unit) => startUnit(unit, config, context)));
  },

  async identities(config, context) {
    const seen = await Promise.all(
      config.units.map(async (unit) => {
        const report = await readUnit(unit, context).catch(() => undefined);
        return [unit.name, report === undefined ? undefined : identityOf(report)] as const;
      }),
    );
    context.signal.throwIfAborted();
    return Object.fromEntries(seen);
  },

  endsByItself: (config) => config.replacedBy === 'supervisor',

  async replaced(config, before, context): Promise<number> {
    const until = context.clock.now() + config.readyWithinSeconds * 1000;
    const instants = await Promise.all(
      config.units.map(async (unit) => {
        for (;;) {
          const seen = await stateOf(unit, config, before[unit.name], context);
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

async function stateOf(
  unit: HostUnit,
  config: HostConfig,
  before: string | undefined,
  context: DriverContext,
): Promise<string> {
  try {
    const report = await readUnit(unit, context);
    if (!sharesNothing(before, identityOf(report))) return 'a process from before is still listed';
    return isUp(report, config) ? 'replaced' : `${report.state}${report.ready ? '' : ', not ready'}`;
  } catch (error) {
    context.signal.throwIfAborted();
    return (error as Error).message;
  }
}

async function readAll(config: HostConfig, context: DriverContext) {
  return Promise.all(
    config.units.map(async (unit) => ({ name: unit.name, report: await readUnit(unit, context) })),
  );
}

function names(config: HostConfig): string {
  return config.units.map(({ name }) => name).join(', ');
}
