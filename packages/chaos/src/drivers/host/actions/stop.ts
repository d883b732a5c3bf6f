import type { Acknowledgement, DriverContext } from '@ordeal/shared/drivers/fault';
import { within } from '@ordeal/shared/time/deadline';
import { z } from 'zod';
import { complaintOf, runCommand } from '../command.ts';
import type { HostFault } from '../script/host-fault.ts';
import type { Host } from '../shell/host.ts';
import { endUnits } from '../units/end.ts';
import { readUnit } from '../units/read.ts';
import type { NamedReport } from '../units/report.ts';
import { startOf, stopOf, unitsSchema, type HostUnit } from '../units/schema.ts';
import { endsUnits } from './end.ts';
import { endsAfterSeconds, placed } from './fields.ts';

export const stopSchema = z.strictObject({
  ...placed,
  action: z.literal('stop'),
  units: unitsSchema.refine((units) => units.every((unit) => startOf(unit) !== undefined), {
    error: 'a `start` for every unit',
    params: { hint: 'Nobody else starts what was stopped: give each unit the command that does.' },
  }),
  /** A unit gets so long to end in order; one that does not is no graceful stop, and is not injected. */
  graceSeconds: z.number().positive().default(30),
  readyWithinSeconds: z.number().positive().default(60),
  healedWhen: z.enum(['running', 'ready']).default('ready'),
  /** As for a kill: never where that could bring an old primary back after a promotion. */
  endsAfterSeconds: endsAfterSeconds.optional(),
  /** What stopped in order is not started by anything but healing. */
  replacedBy: z.literal('nobody').default('nobody'),
});

export type StopConfig = z.infer<typeof stopSchema>;

const inOrder = endsUnits<StopConfig>(
  ({ units }) => `${units.map(({ name }) => name).join(', ')} stopped in order, until it is started`,
  async (reports, config, host, context) => {
    const ended = await Promise.all(
      reports.map((one) => {
        const unit = config.units.find(({ name }) => name === one.name);
        const command = unit === undefined ? undefined : stopOf(unit);
        return unit === undefined || command === undefined
          ? endUnits([one], { signal: 'SIGTERM', goneWithinSeconds: config.graceSeconds }, host, context)
          : stopBy(command, unit, one, config, host, context);
      }),
    );
    return ended.flat();
  },
);

/** Ends units in order: by their stop command, or by SIGTERM to their processes. They stay down until healed. */
export const stop: HostFault<StopConfig> = { ...inOrder, loss: () => 'stopped' };

async function stopBy(
  command: readonly [string, ...string[]],
  unit: HostUnit,
  { name, report }: NamedReport,
  { graceSeconds }: StopConfig,
  host: Host,
  context: DriverContext,
): Promise<readonly Acknowledgement[]> {
  const { clock, signal } = context;
  const sent = clock.now();
  const what = `The stop of "${name}" (${command.join(' ')})`;
  const result = await within(clock, graceSeconds * 1000, what, signal, (ending) =>
    runCommand(host.command(command), ending, 'leave-it'),
  );
  if (result.code !== 0) throw new Error(`${what} failed with ${complaintOf(result)}`);
  const left = (await readUnit(unit, host, context)).processes;
  if (left.length > 0) {
    throw new Error(`${what} has returned, but ${left.map((one) => one.identity).join(', ')} is there.`);
  }
  const pids = report.processes.map((one) => `${one.name} ${one.pid}`).join(', ');
  return [{ target: name, sent, confirmed: clock.now(), detail: `stopped: ${pids}` }];
}
