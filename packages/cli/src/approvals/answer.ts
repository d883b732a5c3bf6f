import type { Approval } from '@ordeal/dr/drills/drill';
import { z } from 'zod';

const schema = z.strictObject({
  approved: z.boolean(),
  by: z.string().trim().min(1).max(200),
  why: z.string().max(2000).default(''),
  token: z.string().optional(),
});

/** An answer as JSON, or what is wrong with it. */
export type ReadAnswer =
  | { readonly ok: true; readonly answer: Omit<Approval, 'how'>; readonly token: string | undefined }
  | { readonly ok: false; readonly problem: string };

/** What has to be written, for messages. */
export const ANSWER_EXPECTED = '{ "approved": true or false, "by": "who", "why": "why" }';

export function readAnswer(text: string): ReadAnswer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: `expected ${ANSWER_EXPECTED}, found no JSON` };
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    return {
      ok: false,
      problem: `expected ${ANSWER_EXPECTED}: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`.trim(),
    };
  }
  const { approved, by, why, token } = parsed.data;
  return { ok: true, answer: { approved, by, why }, token };
}
