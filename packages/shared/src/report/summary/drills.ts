import { missedTarget } from '../../record/missed-target.ts';
import type { DrillRecord, RunRecord } from '../../record/record.ts';
import { count, figure, interval, quantity } from '../figures.ts';
import { milestonesOf } from '../milestones.ts';
import { outageInWords, recoveryInWords } from '../headline.ts';
import { lossInWords, rpoInWords, sessionsInWords } from '../words.ts';
import { approvalInWords } from './approval.ts';
import { escapeMarkdown } from './markdown.ts';

/** Each drill: its recovery against the target, what it was made of, what was lost. */
export function drillsSection(record: RunRecord): string {
  return record.drills.map(drillBlock).join('\n\n');
}

function drillBlock(drill: DrillRecord): string {
  const { rpo } = drill;
  const anomalies = [
    ['stale', rpo.stale],
    ['duplicate', rpo.duplicate],
    ['phantom', rpo.phantom],
    ['resurrected', rpo.resurrected],
    ['corrupt', rpo.corrupt],
    ['holes', rpo.holes],
    ['unresolved', rpo.unresolved],
    ['recovered', rpo.recovered],
  ] as const;
  const lines = [
    `**${escapeMarkdown(drill.name)}** (${drill.kind})`,
    ...(drill.failed === undefined ? [] : [`**failed:** ${escapeMarkdown(drill.failed)}`]),
    `RTO: **${recoveryInWords(drill)}**, target ${quantity(drill.rto.target, 's')}; ${outageInWords(drill)}; ${count(drill.flaps)} flaps, ${figure(drill.badSeconds)} bad seconds in all`,
    decompositionLine(drill),
    `RPO: **${rpoInWords(rpo)}**, target ${quantity(rpo.target, 's')}; ${lossInWords(rpo)}${rpo.lostAfterFault > 0 ? `; **${count(rpo.lostAfterFault)} of them acknowledged after the fault: a split brain**` : ''}`,
    ...(drill.sessions ?? []).map((one) => escapeMarkdown(sessionsInWords(one))),
    `Ledger: ${anomalies.map(([name, many]) => `${name} ${count(many)}`).join(', ')}`,
    ...(drill.writers === undefined
      ? []
      : [`Two writers at once: **${drill.writers.outcome}**, ${escapeMarkdown(drill.writers.detail)}`]),
    ...drill.steps.flatMap((step) => {
      const missed = missedTarget(step);
      return missed === undefined ? [] : [`**Target missed:** ${escapeMarkdown(missed)}`];
    }),
    ...(drill.bounds ?? []).map(
      (one) => `Configured ${one.name}: ${one.outcome}: ${escapeMarkdown(one.detail)}`,
    ),
    ...(drill.logPositions === undefined
      ? []
      : [`Log of the store: ${drill.logPositions.outcome}: ${escapeMarkdown(drill.logPositions.detail)}`]),
    ...(drill.backup === undefined
      ? []
      : [`Backup to fall back on: ${drill.backup.outcome}: ${escapeMarkdown(drill.backup.detail)}`]),
    ...(drill.approvals ?? []).map((one) => escapeMarkdown(approvalInWords(one, 'the RTO'))),
    `Second witness: ${agreement(drill)}: ${escapeMarkdown(drill.secondWitness.detail)}`,
  ];
  return `${lines[0]}\n${lines
    .slice(1)
    .map((line) => `- ${line}`)
    .join('\n')}`;
}

function decompositionLine(drill: DrillRecord): string {
  const reached = milestonesOf(drill);
  if (reached.length === 0) return 'From the fault: no milestone was reached';
  return `From the fault: ${reached.map(({ name, at }) => `${name} ${interval(at, 's')}`).join(' → ')}`;
}

function agreement(drill: DrillRecord): string {
  if (drill.secondWitness.agrees === null) return 'unknown';
  return drill.secondWitness.agrees ? 'agrees' : '**does not agree**';
}
