import { z } from 'zod';
import { variantsBy } from '../platform/needed-schema.ts';

const text = z.string().min(1);
const seconds = z.number().positive();
const names = z.array(text);
/** Of a tenant: which, or how much of each. */
const journeys = z.union([
  names.min(1),
  z
    .record(text, z.number().positive())
    .refine((weights) => Object.keys(weights).length > 0, { error: 'at least one journey' }),
]);
const head = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens'),
  title: text,
};

const smoke = () => z.strictObject({ phase: z.literal('smoke'), ...head });

const written = text.optional();

const saidTimes = () =>
  z.record(text, z.strictObject({ target: seconds.optional(), timeout: seconds.optional() }));

/** Either constant load, or a shape of it: which one decides what else belongs to it. */
const load = () =>
  z
    .strictObject({
      phase: z.literal('load'),
      ...head,
      rate: z.number().positive().optional(),
      tenants: z
        .record(text, z.strictObject({ rate: z.number().positive(), journeys: journeys.optional() }))
        .refine((tenants) => Object.keys(tenants).length >= 2, {
          error: 'at least two tenants: of one nobody needs telling apart',
        })
        .optional(),
      warmUp: z.number().nonnegative().optional(),
      judgeFor: seconds.optional(),
      shape: z
        .strictObject({
          // Which there are, and which options each has, is checked where shapes are read.
          kind: text,
          rate: z.union([text, z.number()]).optional(),
          for: written,
          warmUp: written,
          peak: written,
          spike: written,
          before: written,
          after: written,
          settle: written,
          stages: written,
          step: written,
          confirm: written,
        })
        .optional(),
      objectives: names.min(1),
      on: z.enum(['here', 'kubernetes']).optional(),
      script: z.instanceof(URL).optional(),
      during: names.min(1).optional(),
      result: names.min(1).optional(),
    })
    .superRefine((phase, context) => {
      const mistake = (field: string, message: string, hint: string): void => {
        context.addIssue({ code: 'custom', path: [field], message, params: { hint } });
      };
      const isConstant = phase.shape === undefined;
      if (phase.tenants !== undefined) {
        if (phase.rate !== undefined)
          mistake('rate', 'nothing: `tenants` says it', 'Remove the field, or `tenants`.');
        if (!isConstant)
          mistake('tenants', 'nothing: only constant load has it', 'Remove the field, or the `shape`.');
        if (phase.script !== undefined)
          mistake('tenants', 'nothing: a script sends what it sends', 'Remove the field, or the `script`.');
      }
      for (const field of ['rate', 'warmUp', 'judgeFor'] as const) {
        if (field === 'rate' && phase.tenants !== undefined) continue;
        if (isConstant && phase[field] === undefined)
          mistake(field, 'a number', 'Add the field, or a `shape` instead.');
        if (!isConstant && phase[field] !== undefined)
          mistake(field, 'nothing: the shape says it', `Move it into \`shape\`.`);
      }
      for (const field of ['during', 'result'] as const) {
        if (isConstant && phase[field] !== undefined)
          mistake(field, 'nothing: only a shape has it', 'Remove the field, or add a `shape`.');
      }
      if (phase.shape?.kind === 'script') {
        if (phase.script === undefined)
          mistake(
            'script',
            'a script for k6, whose own scenarios run',
            'Add `script`, or name another shape.',
          );
        if (phase.on === 'kubernetes')
          mistake(
            'on',
            'here: the scenarios of a script run on one machine',
            'Remove the field, or name another shape.',
          );
      }
      if (phase.during !== undefined && phase.shape?.kind !== 'spike')
        mistake('during', 'nothing: only a spike has it', 'Remove the field.');
    });

/** With one fault by `fault`, or with several by `faults`. */
const experiment = () =>
  z
    .strictObject({
      phase: z.literal('experiment'),
      ...head,
      fault: text.optional(),
      faults: names.min(1).optional(),
      order: z
        .discriminatedUnion('how', [
          z.strictObject({ how: z.literal('together') }),
          z.strictObject({ how: z.literal('in-sequence'), earlier: z.enum(['healed', 'kept']) }),
        ])
        .optional(),
      repeat: z
        .strictObject({ times: z.int().min(1).max(100), seed: z.int().nonnegative().optional() })
        .optional(),
      steadyFor: seconds,
      hold: seconds,
      recoverWithin: seconds,
      steadyAgainFor: seconds,
      objectives: z.strictObject({
        steady: names.min(1),
        during: names,
        recovery: names,
        whole: names.min(1).optional(),
      }),
    })
    .superRefine(({ fault, faults, order }, context) => {
      const mistake = (path: (string | number)[], message: string, hint: string): void => {
        context.addIssue({ code: 'custom', path, message, params: { hint } });
      };
      if (fault === undefined && faults === undefined)
        mistake(
          ['fault'],
          "the name of one of the platform's faults",
          'Add `fault`, or `faults` for several.',
        );
      if (fault !== undefined && faults !== undefined)
        mistake(['fault'], 'either `fault` or `faults`', 'Move it into `faults`.');
      for (const [index, name] of (faults ?? []).entries()) {
        if (faults?.indexOf(name) !== index)
          mistake(['faults', index], 'each fault once', 'A fault can be in only once: take it out here.');
      }
      if (order !== undefined && (faults?.length ?? 1) < 2)
        mistake(['order'], 'nothing: one fault has no order', 'Remove the field, or name several `faults`.');
    });

const drill = () =>
  z.strictObject({
    phase: z.literal('drill'),
    ...head,
    drill: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('failover'), lose: text, from: text, to: text }),
      z.strictObject({ kind: z.literal('failback'), restore: text, from: text, to: text }),
      z.strictObject({ kind: z.enum(['switchover', 'region', 'evacuate', 'return']), from: text, to: text }),
      z.strictObject({ kind: z.literal('observe'), lose: text, from: text }),
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
    mostLag: seconds.optional(),
    steps: saidTimes().optional(),
    freshBackup: z
      .union([z.strictObject({ backup: text, within: seconds }), z.strictObject({ without: text })], {
        error: '{ backup, within } or { without: why none is needed }',
      })
      .optional(),
    targets: z.strictObject({
      rto: seconds,
      rpo: z.number().nonnegative(),
      detection: seconds,
      failover: seconds,
    }),
    objectives: names.min(1),
  });

const restore = () =>
  z.strictObject({
    phase: z.literal('restore'),
    ...head,
    backup: text,
    drill: z.union(
      [
        z.strictObject({ kind: z.literal('restore'), take: z.boolean() }),
        z.strictObject({ kind: z.literal('point-in-time'), markFor: seconds }),
        z.strictObject({ kind: z.literal('point-in-time'), at: z.iso.datetime({ offset: true }) }),
        z.strictObject({ kind: z.literal('backup-freshness') }),
        z.strictObject({ kind: z.literal('archiving') }),
      ],
      {
        error:
          "{ kind: 'restore', take } or { kind: 'point-in-time', markFor } or { kind: 'point-in-time', at } or { kind: 'backup-freshness' } or { kind: 'archiving' }",
      },
    ),
    deadline: seconds,
    steps: saidTimes().optional(),
    targets: z.strictObject({ rto: seconds, rpo: z.number().nonnegative() }),
    objectives: names.min(1),
  });

const deploy = () =>
  z.strictObject({
    phase: z.literal('deploy'),
    ...head,
    deployment: text,
    version: text,
    steadyFor: seconds,
    within: seconds,
    watchFor: seconds,
    afterwards: z.enum(['go-back', 'keep']),
    objectives: z.strictObject({ steady: names.min(1), whole: names, result: names.min(1) }),
  });

const limit = () =>
  z.strictObject({ phase: z.literal('limit'), ...head, limit: text, objectives: names.min(1) });

const phases = { smoke, load, limit, experiment, drill, restore, deploy };

/** A scenario by shape alone. What its names refer to is checked in `parse-scenario.ts`. */
export const scenarioSchema = z.strictObject({
  name: head.name,
  title: text,
  phases: z
    .array(
      variantsBy('phase', phases, () =>
        z.discriminatedUnion('phase', [smoke(), load(), limit(), experiment(), drill(), restore(), deploy()]),
      ),
    )
    .min(1),
});
