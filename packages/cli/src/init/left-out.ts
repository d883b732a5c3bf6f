import type { FromOpenApi } from './from-openapi.ts';

/** What of a document is no part of what is proposed, and why: a line each. */
export function leftOutLines(
  { notFollowed, unnamed, elsewhere }: FromOpenApi,
  document: string,
): readonly string[] {
  return [
    ...(notFollowed.length === 0
      ? []
      : [
          `not followed in ${document}, so what needs it is left out: ${notFollowed.join(', ')} (put everything into one document first)`,
        ]),
    ...(unnamed.length === 0
      ? []
      : [
          `left out, as ${document} does not say of every success which field of its JSON names what was made, and it would stay behind: ${unnamed.join(', ')}`,
        ]),
    ...(elsewhere.length === 0
      ? []
      : [`left out, as ${document} has it at another host than its first server: ${elsewhere.join(', ')}`]),
  ];
}
