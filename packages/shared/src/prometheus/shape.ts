import type { z } from 'zod';

/** Checks a small answer. Throws the first thing that is wrong, with its place. */
export function shaped<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new Error(`${first?.path.join('.') || 'the answer'}: ${first?.message ?? 'not as expected'}`);
}
