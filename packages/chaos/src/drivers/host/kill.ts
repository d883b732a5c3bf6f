import type { Acknowledgement, DriverContext } from '@ordeal/shared/drivers/fault';
import { isAlive } from '@ordeal/shared/process/identity';
import { signalProcess } from '@ordeal/shared/process/signal';
import { identityOf, type UnitReport } from './unit.ts';

const GONE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 2;

/**
 * Kills every process of the units at once, supervisors first as they are listed. Resolves when none of them is
 * left; only processes whose identity still is the listed one are touched.
 */
export async function killUnits(
  reports: readonly { readonly name: string; readonly report: UnitReport }[],
  { clock, signal }: DriverContext,
): Promise<readonly Acknowledgement[]> {
  const sent = clock.now();
  for (const { report } of reports) kill(report);
  const until = clock.now() + GONE_WITHIN_MS;
  return Promise.all(
    reports.map(async ({ name, report }) => {
      let left = report.processes;
      for (;;) {
        left = left.filter(({ identity }) => isAlive(identity));
        if (left.length === 0) break;
        if (clock.now() > until) {
          throw new Error(
            `${left.map((one) => `${one.name} (${one.identity})`).join(', ')} of ${name} outlives SIGKILL.`,
          );
        }
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
      const pids = report.processes.map((one) => `${one.name} ${one.pid}`).join(', ');
      return { target: name, sent, confirmed: clock.now(), detail: `gone: ${pids}` };
    }),
  );
}

/** Throws when there is nothing to kill: a fault that hits nothing proves nothing. */
export function requireProcesses(name: string, report: UnitReport): void {
  if (identityOf(report) === undefined) {
    throw new Error(
      `"${name}" has no processes (state: ${report.state}): there is nothing to kill. Start it first.`,
    );
  }
}

function kill(report: UnitReport): void {
  for (const { identity } of report.processes) signalProcess(identity, 'SIGKILL');
}
