import { z } from 'zod';

const text = z.string().min(1);
const seconds = z.number().positive();
const names = z.array(text);
const head = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens'),
  title: text,
};

const smoke = z.strictObject({ phase: z.literal('smoke'), ...head });

const load = z.strictObject({
  phase: z.literal('load'),
  ...head,
  rate: z.number().positive(),
  warmUp: z.number().nonnegative(),
  judgeFor: seconds,
  objectives: names.min(1),
});

const experiment = z.strictObject({
  phase: z.literal('experiment'),
  ...head,
  fault: text,
  steadyFor: seconds,
  hold: seconds,
  recoverWithin: seconds,
  steadyAgainFor: seconds,
  objectives: z.strictObject({ steady: names.min(1), during: names, recovery: names }),
});

const drill = z.strictObject({
  phase: z.literal('drill'),
  ...head,
  drill: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('failover'), lose: text, from: text, to: text }),
    z.strictObject({ kind: z.literal('failback'), restore: text, from: text, to: text }),
  ]),
  store: text,
  route: text,
  probeEvery: seconds,
  probeTimeout: seconds,
  ledgerRate: z.number().positive(),
  ledgerLead: seconds,
  stableFor: seconds,
  stableAttempts: z.number().int().positive(),
  deadline: seconds,
  targets: z.strictObject({
    rto: seconds,
    rpo: z.number().nonnegative(),
    detection: seconds,
    failover: seconds,
  }),
  objectives: names.min(1),
});

/** A scenario by shape alone. What its names refer to is checked in `parse-scenario.ts`. */
export const scenarioSchema = z.strictObject({
  name: head.name,
  title: text,
  phases: z.array(z.discriminatedUnion('phase', [smoke, load, experiment, drill])).min(1),
});
