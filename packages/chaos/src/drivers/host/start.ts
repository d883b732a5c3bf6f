import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { complaintOf, runCommand } from './command.ts';
import type { HostConfig, HostUnit } from './config.ts';
import { readUnit, type UnitReport } from './unit.ts';

const LOOK_EVERY_MS = 100;
/** A supervisor gets so long before a unit that has a start command is started instead. */
const SUPERVISOR_FIRST_MS = 3_000;

/** Whether a unit is as the configuration wants it. */
export function isUp(report: UnitReport, { healedWhen }: HostConfig): boolean {
  return (
    report.state === 'running' && report.processes.length > 0 && (healedWhen === 'running' || report.ready)
  );
}

/**
 * Waits until a unit is up, and starts it where nobody else does. Rejects with what is wrong when it is not up
 * in time.
 */
export async function startUnit(unit: HostUnit, config: HostConfig, context: DriverContext): Promise<void> {
  const { clock, signal, say } = context;
  const began = clock.now();
  const until = began + config.readyWithinSeconds * 1000;
  const startFrom = config.replacedBy === 'nobody' ? began : began + SUPERVISOR_FIRST_MS;
  let started = false;
  let seen = '';
  while (clock.now() < until) {
    try {
      const report = await readUnit(unit, context);
      if (isUp(report, config)) return;
      seen = `it is ${report.state}${report.ready ? '' : ' and not ready'}`;
      if (unit.start !== undefined && !started && report.state !== 'running' && clock.now() >= startFrom) {
        say(`${unit.name} is ${report.state}: starting it`);
        // A start that is under way is never cut off: it would leave the unit half up.
        const result = await runCommand(unit.start, signal, 'leave-it');
        started = result.code === 0;
        if (!started) seen = `its start failed with ${complaintOf(result)}`;
      }
    } catch (error) {
      signal.throwIfAborted();
      seen = (error as Error).message;
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  throw new Error(
    `${unit.name} is not ${config.healedWhen} after ${config.readyWithinSeconds} s: ${seen || 'nothing was seen of it'}.`,
  );
}
