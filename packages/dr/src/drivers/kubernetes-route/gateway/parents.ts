import { z } from 'zod';
import type { KubernetesObject } from '../../kubernetes/api.ts';

const parentRef = z.object({
  group: z.string().default('gateway.networking.k8s.io'),
  kind: z.string().default('Gateway'),
  name: z.string(),
  namespace: z.string().optional(),
  sectionName: z.string().optional(),
  port: z.int().optional(),
});

const spec = z.object({ parentRefs: z.array(parentRef).default([]) });

const status = z.object({
  parents: z
    .array(
      z.object({
        parentRef,
        controllerName: z.string(),
        conditions: z
          .array(
            z.object({
              type: z.string(),
              status: z.string(),
              reason: z.string().default(''),
              message: z.string().default(''),
              observedGeneration: z.int().optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

type Reported = z.infer<typeof status>['parents'][number];

/**
 * Why the controllers of the HTTPRoute's Gateways do not report that they lead traffic as it says now; undefined when
 * all of them do. An entry of a Gateway that the route names no more is what is left of earlier days.
 */
export function notTakenUp(object: KubernetesObject, namespace: string): string | undefined {
  const generation = object.metadata?.generation ?? Number.POSITIVE_INFINITY;
  const { parentRefs } = spec.parse(object.spec ?? {});
  const { parents } = status.parse(object.status ?? {});
  if (parentRefs.length === 0) return 'it names no Gateway';
  for (const parent of parentRefs) {
    const wanted = keyOf(parent, namespace);
    const reports = parents.filter((one) => keyOf(one.parentRef, namespace) === wanted);
    if (reports.length === 0) return `no controller has reported on it for ${wanted}`;
    for (const report of reports) {
      const reason = notAt(generation, report);
      if (reason !== undefined) return `${report.controllerName} (${wanted}) ${reason}`;
    }
  }
  return undefined;
}

function notAt(generation: number, { conditions }: Reported): string | undefined {
  for (const type of ['Accepted', 'ResolvedRefs']) {
    const found = conditions.find((one) => one.type === type);
    if (found === undefined) return `says nothing of ${type}`;
    if ((found.observedGeneration ?? -1) < generation)
      return `has seen generation ${found.observedGeneration ?? 'unknown'} of it, not ${generation}`;
    if (found.status !== 'True')
      return `says that ${type} is ${found.status}: ${found.reason} ${found.message}`.trimEnd();
  }
  // Rules are dropped then, while the route as a whole is accepted. It is absent where there are none.
  const partly = conditions.find(({ type, status: is }) => type === 'PartiallyInvalid' && is === 'True');
  if (partly === undefined) return undefined;
  return `says that PartiallyInvalid is True: ${partly.reason} ${partly.message}`.trimEnd();
}

function keyOf(ref: z.infer<typeof parentRef>, namespace: string): string {
  const section = ref.sectionName === undefined ? '' : `, section ${ref.sectionName}`;
  const port = ref.port === undefined ? '' : `, port ${ref.port}`;
  const group = ref.group === 'gateway.networking.k8s.io' ? '' : `.${ref.group}`;
  return `${ref.kind}${group} ${ref.namespace ?? namespace}/${ref.name}${section}${port}`;
}
