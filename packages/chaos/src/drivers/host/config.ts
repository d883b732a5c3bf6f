import { fromZod } from '@ordeal/shared/platform/from-zod';
import type { Result } from '@ordeal/shared/platform/diagnostics';
import { z } from 'zod';

const argv = z.tuple([z.string().min(1)], z.string(), {
  error: 'Program and arguments as a list, for instance ["/usr/bin/unitctl", "status", "api"].',
});

const unit = z.strictObject({
  name: z.string().min(1),
  /** Prints one line of JSON: see `UnitReport`. */
  status: argv,
  /** Starts it; may be called while it starts or runs. */
  start: argv.optional(),
});

const common = {
  action: z.literal('kill'),
  units: z
    .array(unit)
    .min(1)
    .refine((units) => new Set(units.map(({ name }) => name)).size === units.length, {
      error: 'each unit once',
      params: { hint: 'Give each unit a name of its own.' },
    }),
  signal: z.literal('SIGKILL').default('SIGKILL'),
  readyWithinSeconds: z.number().positive().default(60),
  /** When a unit counts as healed: `running` also while it is not ready for traffic. */
  healedWhen: z.enum(['running', 'ready']).default('ready'),
};

const schema = z.discriminatedUnion('replacedBy', [
  /** Something on the host starts what was killed again. */
  z.strictObject({ ...common, replacedBy: z.literal('supervisor') }),
  /** It stays dead until healing starts it. */
  z.strictObject({
    ...common,
    replacedBy: z.literal('nobody'),
    units: common.units.refine((units) => units.every(({ start }) => start !== undefined), {
      error: 'a `start` for every unit',
      params: { hint: 'Nobody else starts what was killed: give each unit the command that does.' },
    }),
  }),
]);

export type HostConfig = z.infer<typeof schema>;
export type HostUnit = HostConfig['units'][number];

export function parseHostConfig(raw: unknown, path: string): Result<HostConfig> {
  return fromZod(schema, raw, path);
}

export function describeHostConfig({ units, replacedBy }: HostConfig): string {
  const names = units.map(({ name }) => name).join(', ');
  return replacedBy === 'supervisor'
    ? `SIGKILL to ${names}; a supervisor replaces it`
    : `SIGKILL to everything of ${names} at once; it stays dead until it is started`;
}
