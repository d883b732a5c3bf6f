import type { Acknowledgement, DriverContext, Ending, FaultStatus } from '@ordeal/shared/drivers/fault';
import { healScript, injectScript, lookAtScript } from '../script/run-script.ts';
import type { Host } from '../shell/host.ts';
import { startTimer } from '../units/comes-back.ts';
import { readUnit, readUnits } from '../units/read.ts';
import { identityOf, requireProcesses, type NamedReport } from '../units/report.ts';
import type { HostUnit } from '../units/schema.ts';
import { isUp, startUnit, stateInWords, type Upness } from '../units/start.ts';
import type { FaultHost, HostFault } from '../script/host-fault.ts';

/** Configuration of a fault that ends units: killing and stopping differ in how. */
export interface EndsUnits extends Upness {
  readonly units: readonly HostUnit[];
  readonly endsAfterSeconds?: number | undefined;
}

/** Processes that were born while their unit was being ended are ended as well, in so many rounds. */
const ROUNDS = 5;

/** A fault that ends units in the given way, and sees that they come back. */
export function endsUnits<Config extends EndsUnits>(
  describe: (config: Config) => string,
  end: (
    reports: readonly NamedReport[],
    config: Config,
    host: Host,
    context: DriverContext,
  ) => Promise<readonly Acknowledgement[]>,
): HostFault<Config> {
  return {
    describe,

    async targets(config, host, context) {
      const reports = await readUnits(config.units, host, context);
      return reports.map(({ name, report }) => {
        requireProcesses(name, report);
        return { name, identity: identityOf(report) ?? '' };
      });
    },

    async inject(config, host, context) {
      const reports = await readUnits(config.units, host, context);
      for (const { name, report } of reports) requireProcesses(name, report);
      const timer = timerOf(config, host);
      if (timer !== undefined) await injectScript(host, timer, context);
      const acknowledged = await end(reports, config, host, context);
      if (config.replacedBy === 'supervisor') return acknowledged;
      let confirmed: number | undefined;
      let born = await readUnits(config.units, host, context);
      for (let round = 0; born.some(({ report }) => report.processes.length > 0); round += 1) {
        if (round === ROUNDS) {
          const names = config.units.map(({ name }) => name).join(', ');
          throw new Error(`Something starts ${names} as fast as it is ended.`);
        }
        const alive = born.filter(({ report }) => report.processes.length > 0);
        await end(alive, config, host, context);
        confirmed = context.clock.now();
        born = await readUnits(config.units, host, context);
      }
      return acknowledged.map((one) => ({ ...one, confirmed: confirmed ?? one.confirmed }));
    },

    async status(config, host, context): Promise<FaultStatus> {
      const seen = await Promise.allSettled(config.units.map((unit) => readUnit(unit, host, context)));
      const unread = seen.find((one) => one.status === 'rejected');
      if (unread !== undefined) return { state: 'unknown', reason: (unread.reason as Error).message };
      const down = seen.flatMap((one) =>
        one.status === 'fulfilled' && !isUp(one.value, config) ? [one.value] : [],
      );
      const timer = timerOf(config, host);
      if (down.length === 0) {
        return timer === undefined ? { state: 'absent' } : lookAtScript(host, timer, context);
      }
      const detail = down.map((report) => `${report.unit} is ${stateInWords(report)}`).join('; ');
      return { state: 'present', detail };
    },

    async heal(config, host, context) {
      const timer = timerOf(config, host);
      if (timer !== undefined) await healScript(host, timer, context);
      await Promise.all(config.units.map((unit) => startUnit(unit, config, host, context)));
    },

    ending({ replacedBy, endsAfterSeconds }): Ending {
      if (replacedBy === 'supervisor') return { by: 'itself' };
      if (endsAfterSeconds !== undefined) return { by: 'target', afterSeconds: endsAfterSeconds };
      const remedy =
        '`endsAfterSeconds` starts it again by a timer on its host; never where that could bring an old primary back';
      return { by: 'nobody', remedy };
    },
  };
}

function timerOf(config: EndsUnits, host: FaultHost) {
  return config.endsAfterSeconds === undefined
    ? undefined
    : startTimer(config, config.endsAfterSeconds, host);
}
