import { z } from 'zod';
import { faultKinds } from '../../../chaos-mesh/manifest.ts';
import type { FaultSpec } from '../../../chaos-mesh/one-shot.ts';
import type { FaultKind } from '../../../chaos-mesh/types/kinds.ts';

const [first, ...others] = faultKinds;

/**
 * Any fault of Chaos Mesh by its own spec (`FaultSpec`): the cluster checks its fields. How long it lasts is said
 * by `endsAfterSeconds` of the driver, so that it can never be forgotten.
 */
export const rawSchema = z.strictObject({
  type: z.literal('raw'),
  kind: z.enum([first as FaultKind, ...others]),
  spec: z.record(z.string(), z.json()).superRefine((spec, context) => {
    if ('duration' in spec) {
      context.addIssue({
        code: 'custom',
        path: ['duration'],
        message: 'no duration here',
        params: { hint: 'Say `endsAfterSeconds` beside `fault`.' },
      });
    }
  }),
});

export type RawFault = z.infer<typeof rawSchema>;

/**
 * The spec as it is sent. Without the webhooks of Chaos Mesh a selector without namespaces means every namespace
 * there is: so it gets the object's own.
 */
export function rawSpec({ kind, spec }: RawFault, namespace: string): FaultSpec {
  const whole = { ...spec, ...selectorIn(spec['selector'], namespace) };
  // What the record holds is the server's to judge.
  return { kind, spec: whole } as unknown as FaultSpec;
}

function selectorIn(selector: unknown, namespace: string): { readonly selector?: object } {
  if (typeof selector !== 'object' || selector === null) return {};
  const { namespaces, pods } = selector as { namespaces?: readonly string[]; pods?: unknown };
  const open = pods === undefined && (namespaces === undefined || namespaces.length === 0);
  return { selector: open ? { ...selector, namespaces: [namespace] } : selector };
}
