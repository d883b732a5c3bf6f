import { z } from 'zod';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { within } from '@ordeal/shared/time/deadline';
import { complaintOf, runCommand } from './command.ts';
import type { HostUnit } from './config.ts';

/** The line of JSON that a unit's `status` command prints. */
const reportSchema = z.object({
  unit: z.string(),
  state: z.enum(['running', 'stopped', 'degraded']),
  ready: z.boolean(),
  /** A supervisor comes before what it supervises. */
  processes: z.array(
    z.object({
      name: z.string(),
      pid: z.number().int().positive(),
      identity: z.string().regex(/^[1-9]\d*@./),
    }),
  ),
});

export type UnitReport = z.infer<typeof reportSchema>;

const STATUS_WITHIN_MS = 10_000;

/** Asks a unit how it is. Rejects with a sentence when its command does not say. */
export async function readUnit(unit: HostUnit, { clock, signal }: DriverContext): Promise<UnitReport> {
  const what = `The status of "${unit.name}" (${unit.status.join(' ')})`;
  const result = await within(clock, STATUS_WITHIN_MS, what, signal, (ending) =>
    runCommand(unit.status, ending, 'end-it'),
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

/** Identity of a unit: of all of its processes. Undefined when it has none. */
export function identityOf(report: UnitReport): string | undefined {
  return report.processes.length === 0
    ? undefined
    : report.processes
        .map(({ identity }) => identity)
        .sort()
        .join(' ');
}

/** Whether none of the processes in `before` is among those of now. */
export function sharesNothing(before: string | undefined, now: string | undefined): boolean {
  const old = new Set(before?.split(' '));
  return (now?.split(' ') ?? []).every((identity) => !old.has(identity));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.trim());
  } catch {
    return undefined;
  }
}
