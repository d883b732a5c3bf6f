import { z } from 'zod';

/** Settings that several faults share. */
export const milliseconds = z.int().positive({ error: 'Milliseconds, at least 1.' });

export const percent = z
  .number()
  .min(0, { error: 'A share in percent, from 0 to 100.' })
  .max(100, { error: 'A share in percent, from 0 to 100.' });

export const containers = z
  .array(z.string().min(1))
  .min(1, { error: 'Names of containers in the pods.' })
  .optional();

export const port = z.int().min(1).max(65_535, { error: 'A port that the pods listen on.' });

/** How much a value depends on the one before it, in percent. */
export const correlation = percent.default(0);

/** The field of a spec, where it is set. */
export function containerNames(names: readonly string[] | undefined): { containerNames?: string[] } {
  return names === undefined ? {} : { containerNames: [...names] };
}
