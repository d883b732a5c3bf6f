import { z } from 'zod';
import { fieldManager, type KubernetesObject } from '../kubernetes/api.ts';

/** The object that says where traffic goes, as far as two writers of it may get into each other's way. */
export interface RouteObject {
  /** For instance `HTTPRoute shop/web`. */
  readonly name: string;
  readonly resourceVersion: string;
  /** Where it leads traffic, as text: two that differ are two decisions. */
  readonly says: string;
  /** Who else has written it last, as far as the API server knows. */
  readonly writer: string;
}

const managedFields = z
  .array(
    z.object({
      manager: z.string().default('somebody'),
      time: z.string().default(''),
      subresource: z.string().optional(),
    }),
  )
  .default([]);

export function routeObject(name: string, object: KubernetesObject, says: string): RouteObject {
  const [last] = managedFields
    .parse(object.metadata?.managedFields)
    // What controllers report in the status decides nothing.
    .filter(({ manager, subresource }) => manager !== fieldManager && (subresource ?? '') === '')
    .toSorted((a, b) => b.time.localeCompare(a.time));
  return {
    name,
    resourceVersion: object.metadata?.resourceVersion ?? '',
    says,
    writer: last === undefined ? 'nobody that it names' : `${last.manager} at ${last.time}`,
  };
}
