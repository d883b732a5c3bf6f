import type { PromotionMark } from './entry.ts';

/** Who is the only writer by the mark, in words: the node, or either of two while one hands over to the other. */
export function writerIn({ writer, heir }: Pick<PromotionMark, 'writer' | 'heir'>): string {
  return heir === undefined ? writer : `${writer}, or ${heir} when that has taken over already`;
}
