import { z } from 'zod';
import { path } from '../actions/fields.ts';

const argv = z.tuple([z.string().min(1)], z.string(), {
  error: 'Program and arguments as a list, for instance ["/usr/bin/unitctl", "status", "api"].',
});

const common = {
  name: z.string().min(1),
  /** Starts it; may be called while it starts or runs. */
  start: argv.optional(),
  /** Ends it in order, and returns once it has ended. */
  stop: argv.optional(),
};

const looked = {
  ...common,
  /** Succeeds when it is ready for traffic; without it, it is ready when it runs. */
  ready: argv.optional(),
};

/** The process alone, or with all that it has started. */
const extent = z.enum(['process', 'tree']).default('process');

/** A command on the host says how the unit is: see `UnitReport`. */
const controlUnit = z.strictObject({ ...common, status: argv });

/** Its process id stands in a file that it has written. */
const pidFileUnit = z.strictObject({ ...looked, pidFile: path, extent });

/** It has exactly this command line, word for word. */
const commandLineUnit = z.strictObject({
  ...looked,
  commandLine: z.tuple([z.string().min(1)], z.string().regex(/^[^\n]*$/), {
    error: 'The words of the command line as a list, for instance ["/usr/bin/java", "-jar", "/srv/app.jar"].',
  }),
  /** More processes than this with that command line are more than was meant: none is touched. */
  atMost: z.int().positive().default(1),
  extent,
});

/** A unit of systemd: all processes of its control group, its main process first. */
const systemdUnit = z.strictObject({
  ...looked,
  systemd: z.string().regex(/^[\w@:.\\-]+\.(?:service|scope)$/, {
    error: 'The full name of a unit, for instance "nginx.service".',
  }),
});

export const unitSchema = z.union([controlUnit, pidFileUnit, commandLineUnit, systemdUnit]);

export type HostUnit = z.infer<typeof unitSchema>;
export type ControlUnit = z.infer<typeof controlUnit>;
export type PidFileUnit = z.infer<typeof pidFileUnit>;
export type CommandLineUnit = z.infer<typeof commandLineUnit>;
export type SystemdUnit = z.infer<typeof systemdUnit>;

export const unitsSchema = z
  .array(unitSchema)
  .min(1)
  .refine((units) => new Set(units.map(({ name }) => name)).size === units.length, {
    error: 'each unit once',
    params: { hint: 'Give each unit a name of its own.' },
  });

/** What starts a unit; undefined when nothing of ours can. */
export function startOf(unit: HostUnit): HostUnit['start'] {
  return unit.start ?? ('systemd' in unit ? ['systemctl', 'start', unit.systemd] : undefined);
}

/** What ends a unit in order; undefined when a signal has to do. */
export function stopOf(unit: HostUnit): HostUnit['stop'] {
  return unit.stop ?? ('systemd' in unit ? ['systemctl', 'stop', unit.systemd] : undefined);
}
