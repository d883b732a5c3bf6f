import type { RunRecord } from '../../record/record.ts';
import { limitRecordInWords } from '../limit-words.ts';
import { escapeMarkdown } from './markdown.ts';

/** Each limit that was looked at, and what it was found to be. */
export function limitsSection(record: RunRecord): string {
  return (record.limits ?? [])
    .map(
      (one) =>
        `- **${escapeMarkdown(one.name)}** (${escapeMarkdown(one.limit)}): ${escapeMarkdown(limitRecordInWords(one))}`,
    )
    .join('\n');
}
