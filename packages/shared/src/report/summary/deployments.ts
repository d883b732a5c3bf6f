import type { RunRecord } from '../../record/record.ts';
import { deploymentInWords } from '../deployment-words.ts';
import { escapeMarkdown } from './markdown.ts';

/** Each version that was deployed, and what became of it. */
export function deploymentsSection(record: RunRecord): string {
  return (record.deployments ?? [])
    .map((one) => `- **${escapeMarkdown(one.name)}**: ${escapeMarkdown(deploymentInWords(one))}`)
    .join('\n');
}
