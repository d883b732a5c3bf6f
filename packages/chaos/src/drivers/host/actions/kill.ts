import { z } from 'zod';
import type { HostFault } from '../script/host-fault.ts';
import { endUnits } from '../units/end.ts';
import { startOf, unitsSchema } from '../units/schema.ts';
import { endsUnits } from './end.ts';
import { endsAfterSeconds, placed } from './fields.ts';

const common = {
  ...placed,
  action: z.literal('kill'),
  units: unitsSchema,
  signal: z.enum(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGSEGV']).default('SIGKILL'),
  readyWithinSeconds: z.number().positive().default(60),
  /** When a unit counts as healed: `running` also while it is not ready for traffic. */
  healedWhen: z.enum(['running', 'ready']).default('ready'),
};

export const killSchema = z.discriminatedUnion('replacedBy', [
  /** Something on the host starts what was killed again. */
  z.strictObject({ ...common, replacedBy: z.literal('supervisor') }),
  /** It stays dead until healing starts it. */
  z.strictObject({
    ...common,
    replacedBy: z.literal('nobody'),
    units: common.units.refine((units) => units.every((unit) => startOf(unit) !== undefined), {
      error: 'a `start` for every unit',
      params: { hint: 'Nobody else starts what was killed: give each unit the command that does.' },
    }),
    /**
     * A timer on the host starts it again after so long, whoever still lives. Never where that could bring an old
     * primary back after a promotion.
     */
    endsAfterSeconds: endsAfterSeconds.optional(),
  }),
]);

export type KillConfig = z.infer<typeof killSchema>;

const GONE_WITHIN_SECONDS = 10;

const bySignal = endsUnits<KillConfig>(
  ({ units, signal, replacedBy }) => {
    const names = units.map(({ name }) => name).join(', ');
    return replacedBy === 'supervisor'
      ? `${signal} to ${names}; a supervisor replaces it`
      : `${signal} to everything of ${names} at once; it stays dead until it is started`;
  },
  (reports, { signal }, host, context) =>
    endUnits(reports, { signal, goneWithinSeconds: GONE_WITHIN_SECONDS }, host, context),
);

/** What most programs take for the wish that they end in order. */
const ASKING: readonly KillConfig['signal'][] = ['SIGTERM', 'SIGINT'];

/** Ends processes by a signal, all of a unit at once. */
export const kill: HostFault<KillConfig> = {
  ...bySignal,
  loss: ({ signal }) => (ASKING.includes(signal) ? 'stopped' : 'killed'),
};
