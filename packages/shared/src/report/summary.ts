import type { RunRecord } from '../record/record.ts';
import { otherObjectivesInWords } from '../scenario/other-objectives.ts';
import { count, dateTime, duration, quantity, secondsBetween } from './figures.ts';
import { headline } from './headline.ts';
import { experimentsSection } from './summary/experiments.ts';
import { deploymentsSection } from './summary/deployments.ts';
import { drillsSection } from './summary/drills.ts';
import { limitsSection } from './summary/limits.ts';
import { restoresSection } from './summary/restores.ts';
import { loadResults } from './summary/load-results.ts';
import { findingsTable } from './summary/findings-table.ts';
import { escapeMarkdown, markdownTable } from './summary/markdown.ts';
import { VERDICT_MEANINGS, VERDICT_WORDS } from './words.ts';

/** The record as Markdown for a job summary or a chat: the verdict and what decided it first, details after. */
export function renderSummary(record: RunRecord): string {
  const { run, verdict } = record;
  const took = duration(secondsBetween(run.startedAt, run.finishedAt));
  return `${[
    `# ${VERDICT_WORDS[verdict.outcome]}: ${escapeMarkdown(run.kind)} on ${escapeMarkdown(run.platform)}`,
    verdict.reasons.length === 0
      ? VERDICT_MEANINGS[verdict.outcome]
      : verdict.reasons.map((reason) => `- ${escapeMarkdown(reason)}`).join('\n'),
    escapeMarkdown(headline(record)),
    ...section('Left behind', record.residue, () => residueTable(record)),
    ...section('Findings', [0], () => findingsTable(record.findings)),
    ...otherObjectivesIn(record),
    ...section('Drills', record.drills, () => drillsSection(record)),
    ...section('Restores', record.restores ?? [], () => restoresSection(record)),
    ...section('Deployments', record.deployments ?? [], () => deploymentsSection(record)),
    ...section('Limits', record.limits ?? [], () => limitsSection(record)),
    ...section('Experiments', record.experiments, () => experimentsSection(record)),
    ...loadSection(record),
    record.residue.length === 0 ? 'Nothing was left behind.' : 'Run `ordeal recover` to remove what is left.',
    [
      `Exit code ${verdict.exitCode} · run ${escapeMarkdown(run.id)} · started ${dateTime(run.startedAt)} · took ${took}`,
      `seed ${run.seed} · Ordeal ${escapeMarkdown(run.suiteVersion)} · commit ${escapeMarkdown(run.commit ?? 'none')}`,
    ].join(' · '),
  ].join('\n\n')}\n`;
}

function section(title: string, items: readonly unknown[], body: () => string): readonly string[] {
  return items.length === 0 ? [] : [`## ${title}`, body()];
}

function loadSection(record: RunRecord): readonly string[] {
  const results = loadResults(record);
  const loads = record.loads.length === 0 ? [] : [loadsTable(record)];
  return loads.length + results.length === 0 ? [] : ['## Load', ...loads, ...results];
}

function otherObjectivesIn({ otherObjectives = [] }: RunRecord): readonly string[] {
  const said = otherObjectivesInWords(otherObjectives);
  return said === undefined ? [] : [escapeMarkdown(said)];
}

function residueTable(record: RunRecord): string {
  return markdownTable(
    ['What', 'Where', 'How to remove it'],
    record.residue.map((left) => [left.what, left.where, left.how].map(escapeMarkdown)),
  );
}

function loadsTable(record: RunRecord): string {
  return markdownTable(
    [
      'Workload',
      '>Offered',
      '>Achieved',
      '>Dropped',
      '>Requests',
      '>Failed',
      '>p50',
      '>p95',
      '>p99',
      'Valid',
    ],
    record.loads.map((load) => [
      escapeMarkdown(load.workload),
      ...[load.offered, load.achieved, load.dropped, load.requests, load.failed].map(count),
      ...[load.latencyMs.p50, load.latencyMs.p95, load.latencyMs.p99].map((ms) => quantity(ms, 'ms')),
      load.validity.valid ? 'yes' : `**no:** ${escapeMarkdown(load.validity.reason)}`,
    ]),
  );
}
