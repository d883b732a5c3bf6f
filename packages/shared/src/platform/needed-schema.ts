import { z } from 'zod';
import { lazily } from '../lazily.ts';

/**
 * A schema that is made when there is something to check by it, as most of what a file may state most files leave out.
 * It is never told nothing: what may be missing is `needed(…).optional()`.
 */
export function needed<S extends z.ZodType>(make: () => S): z.ZodType<z.output<S>> {
  const schema = lazily(make);
  return handing(() => schema());
}

/**
 * Several objects that are told apart by what one field holds: only the schema of the one that is meant is made. Where
 * the field holds none of it, `otherwise` explains what would be right.
 */
export function variantsBy<V extends Readonly<Record<string, () => z.ZodType>>>(
  field: string,
  variants: V,
  otherwise: () => z.ZodType,
): z.ZodType<z.output<ReturnType<V[keyof V]>>> {
  const made = new Map(Object.entries(variants).map(([name, make]) => [name, lazily(make)]));
  return handing((value) => {
    const name: unknown = Object(value)[field];
    // Anything else may be something of which no text can be made.
    return ((typeof name === 'string' ? made.get(name) : undefined) ?? otherwise)();
  });
}

/** Leaves a value to the schema that is for it, as if that stood in its place. */
function handing<T>(schemaFor: (value: unknown) => z.ZodType): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    const parsed = schemaFor(value).safeParse(value, { jitless: true });
    if (parsed.success) return parsed.data as T;
    for (const issue of parsed.error.issues) {
      context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  });
}
