import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { within } from '@ordeal/shared/time/deadline';
import { complaintOf, runCommand } from '../command.ts';
import type { Host } from '../shell/host.ts';
import { reportSchema, type UnitReport } from './report.ts';
import type { ControlUnit } from './schema.ts';

const STATUS_WITHIN_MS = 10_000;

/** Asks a unit's own command how it is. Rejects with a sentence when the command does not say. */
export async function readControlUnit(
  unit: ControlUnit,
  host: Host,
  { clock, signal }: DriverContext,
): Promise<UnitReport> {
  const what = `The status of "${unit.name}" (${unit.status.join(' ')})`;
  const result = await within(clock, STATUS_WITHIN_MS, what, signal, (ending) =>
    runCommand(host.command(unit.status), ending, 'end-it'),
  );
  if (result.code !== 0) throw new Error(`${what} cannot be read: ${complaintOf(result)}`);
  const parsed = reportSchema.safeParse(jsonOf(result.stdout));
  if (!parsed.success) {
    throw new Error(
      `${what} must be one line of JSON with unit, state, ready and processes; it printed: ${result.stdout.trim().slice(0, 200) || 'nothing'}`,
    );
  }
  const foreign = parsed.data.processes.find(({ pid, identity }) => Number.parseInt(identity, 10) !== pid);
  if (foreign !== undefined) {
    throw new Error(
      `${what} contradicts itself: process ${foreign.pid} has the identity ${foreign.identity}`,
    );
  }
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.trim());
  } catch {
    return undefined;
  }
}
