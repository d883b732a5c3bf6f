import { z } from 'zod';
import type { KubernetesObject } from '../../kubernetes/api.ts';

const service = z.object({
  name: z.string(),
  port: z.object({ number: z.int().optional(), name: z.string().optional() }).prefault({}),
});

const spec = z.object({
  defaultBackend: z.object({}).nullish(),
  rules: z
    .array(
      z.object({
        host: z.string().default(''),
        http: z
          .object({
            paths: z.array(
              z.object({
                path: z.string().default('/'),
                pathType: z.string(),
                backend: z.object({ service: service.optional() }),
              }),
            ),
          })
          .optional(),
      }),
    )
    .default([]),
});

/** A host and path of an Ingress, and what is behind it. */
export interface IngressPath {
  /** Host, path and kind of path, by which the controller sets a canary against what it is a canary of. */
  readonly key: string;
  readonly host: string;
  readonly service: string;
  /** The Service with its port, by which the controller tells backends apart. */
  readonly backend: string;
}

/** All hosts and paths of an Ingress. */
export function pathsOf(object: KubernetesObject): readonly IngressPath[] {
  return spec.parse(object.spec ?? {}).rules.flatMap(({ host: named, http }) =>
    (http?.paths ?? []).map(({ path, pathType, backend }) => {
      const host = named || '*';
      const { name = '', port } = backend.service ?? {};
      return {
        key: `${host}${path} (${pathType})`,
        host,
        service: name,
        backend: `${name}:${port?.number ?? port?.name ?? ''}`,
      };
    }),
  );
}

export function hasDefaultBackend(object: KubernetesObject): boolean {
  return (spec.parse(object.spec ?? {}).defaultBackend ?? null) !== null;
}
