import { missedTarget } from '../../record/missed-target.ts';
import type { RestoreRecord, RunRecord } from '../../record/record.ts';
import { restoreInWords } from '../restore-words.ts';
import { approvalInWords } from './approval.ts';
import { escapeMarkdown } from './markdown.ts';

/** Each backup that was brought back, and what did not hold of it. */
export function restoresSection(record: RunRecord): string {
  return (record.restores ?? []).map(restoreBlock).join('\n\n');
}

function restoreBlock(restore: RestoreRecord): string {
  const { name, kind, failed, backup, checks = [], steps = [] } = restore;
  const held = checks.filter(({ outcome }) => outcome === 'held').length;
  const others = checks.filter(({ outcome }) => outcome !== 'held');
  const lines = [
    failed === undefined ? restoreInWords(restore) : `**does not count:** ${failed}`,
    ...(backup === undefined ? [] : [`Backup ${backup.id} (${backup.driver}) of ${backup.instant.high}`]),
    // How soon a log is archived is seen, and not made of checks.
    ...(kind === 'archiving' ? [] : [`${held} checks held`]),
    ...steps.flatMap((step) => {
      const missed = missedTarget(step);
      return missed === undefined ? [] : [`Target missed: ${missed}`];
    }),
    ...(restore.approvals ?? []).map((one) => approvalInWords(one, 'its time')),
    ...others.map((check) => `${check.name} ${check.outcome}: ${check.detail}`),
  ];
  return `**${escapeMarkdown(name)}** (${kind ?? 'restore'})\n${lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n')}`;
}
