import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Decision } from '@ordeal/shared/judge/autoscaler/decisions';
import { root } from '../manifests/site.ts';
import { autoscalerOf, situationOf, type Story } from './story.ts';

const DOCUMENTATION = join(root, 'docs', 'drivers', 'autoscalers.md');
const BEGINS = '<!-- autoscaler: written by npm run prove -- autoscaler -->';
const ENDS = '<!-- autoscaler: ends -->';
const OUTCOMES = ['agrees', 'open', 'untold', 'departs'] as const;

/** Puts the table of what was seen into its place. */
export function writeTable(stories: readonly Story[]): void {
  const text = readFileSync(DOCUMENTATION, 'utf8');
  const [before, after] = [text.indexOf(BEGINS), text.indexOf(ENDS)];
  if (before < 0 || after < before) throw new Error(`${DOCUMENTATION} has no place for the table: ${BEGINS}`);
  const section = `${BEGINS}\n\n${tableOf(stories)}\n\n`;
  writeFileSync(DOCUMENTATION, text.slice(0, before) + section + text.slice(after));
}

export function tableOf(stories: readonly Story[]): string {
  const rows = stories.flatMap((story) =>
    [...Map.groupBy(story.decisions, (decision) => situationOf(story, decision))].map(([what, decisions]) =>
      rowOf([`\`${autoscalerOf(story.workload)}\``, what], decisions, pathOf(decisions)),
    ),
  );
  const all = stories.flatMap(({ decisions }) => decisions);
  const head = ['autoscaler', 'situation', 'decisions', ...OUTCOMES, 'replicas'];
  const total = rowOf(
    ['**all**', ''],
    all,
    `${all.filter(isUp).length} times up, ${all.filter(isDown).length} down`,
  );
  return [head, head.map(() => '---'), ...rows, total].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function isUp({ look: { seen } }: Decision): boolean {
  return (seen.desired ?? 0) > (seen.current ?? Infinity);
}

export function isDown({ look: { seen } }: Decision): boolean {
  return (seen.desired ?? Infinity) < (seen.current ?? 0);
}

function rowOf(
  names: readonly string[],
  decisions: readonly Decision[],
  replicas: string,
): readonly string[] {
  const numbers = OUTCOMES.map(
    (outcome) => decisions.filter(({ checked }) => checked.outcome === outcome).length,
  );
  return [...names, ...[decisions.length, ...numbers].map(String), replicas];
}

/** From how many replicas it went to how many. */
function pathOf(decisions: readonly Decision[]): string {
  const counts = decisions.flatMap(({ look: { seen } }) =>
    seen.current === null ? [] : [seen.current, seen.desired ?? seen.current],
  );
  return counts.filter((count, index) => count !== counts[index - 1]).join(' → ');
}
