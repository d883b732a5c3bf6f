import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { complaintOf, runCommand } from '../command.ts';
import type { Host } from '../shell/host.ts';
import { readUnit } from './read.ts';
import type { UnitReport } from './report.ts';
import { startOf, type HostUnit } from './schema.ts';

const LOOK_EVERY_MS = 100;
/** A supervisor gets so long before a unit that has a start command is started instead. */
const SUPERVISOR_FIRST_MS = 3_000;

/** When a unit counts as up again, and who brings it up. */
export interface Upness {
  /** `running` also while it is not ready for traffic. */
  readonly healedWhen: 'running' | 'ready';
  readonly readyWithinSeconds: number;
  readonly replacedBy: 'supervisor' | 'nobody';
}

/** Whether a unit is as the configuration wants it. */
export function isUp(report: UnitReport, { healedWhen }: Pick<Upness, 'healedWhen'>): boolean {
  return (
    report.state === 'running' && report.processes.length > 0 && (healedWhen === 'running' || report.ready)
  );
}

/** How a unit is, in words. */
export function stateInWords({ state, ready }: UnitReport): string {
  return `${state}${ready ? '' : ', not ready'}`;
}

/**
 * Waits until a unit is up, and starts it where nobody else does. Rejects with what is wrong when it is not up
 * in time.
 */
export async function startUnit(
  unit: HostUnit,
  config: Upness,
  host: Host,
  context: DriverContext,
): Promise<void> {
  const { clock, signal, say } = context;
  const began = clock.now();
  const until = began + config.readyWithinSeconds * 1000;
  const startFrom = config.replacedBy === 'nobody' ? began : began + SUPERVISOR_FIRST_MS;
  const start = startOf(unit);
  let started = false;
  let seen = '';
  while (clock.now() < until) {
    try {
      const report = await readUnit(unit, host, context);
      if (isUp(report, config)) return;
      seen = `it is ${report.state}${report.ready ? '' : ' and not ready'}`;
      if (start !== undefined && !started && report.state !== 'running' && clock.now() >= startFrom) {
        say(`${unit.name} is ${report.state}: starting it`);
        // A start that is under way is never cut off: it would leave the unit half up.
        const result = await runCommand(host.command(start), signal, 'leave-it');
        started = result.code === 0;
        if (started) continue;
        seen = `its start failed with ${complaintOf(result)}`;
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
