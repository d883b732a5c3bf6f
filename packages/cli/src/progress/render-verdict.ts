import type { Finding } from '@ordeal/shared/objectives/finding';
import type { DrillRecord, RunRecord } from '@ordeal/shared/record/record';
import { count, counted, duration, quantity, secondsBetween } from '@ordeal/shared/report/figures';
import { outageInWords, recoveryInWords } from '@ordeal/shared/report/headline';
import { loadResultParts } from '@ordeal/shared/report/load-words';
import { deciding } from '@ordeal/shared/report/order';
import { oneLine } from '@ordeal/shared/report/text';
import {
  boundInWords,
  lossInWords,
  OUTCOME_SIGNS,
  valueInWords,
  VERDICT_MEANINGS,
  VERDICT_WORDS,
} from '@ordeal/shared/report/words';
import { type Paint, paintWith } from './paint.ts';
import { displayWidth, fit, pad } from './width.ts';

const MOST_ROWS = 20;

export interface VerdictOptions {
  readonly colour: boolean;
  readonly reportPath: string;
  /** Width that tables keep to; 100 where it is not known. */
  readonly columns?: number;
}

/** The last thing that a run prints: the verdict, what decided it, and where the report is. No line feed at its end. */
export function renderVerdict(record: RunRecord, options: VerdictOptions): string {
  const paint = paintWith(options.colour);
  const { run, verdict } = record;
  const took = duration(secondsBetween(run.startedAt, run.finishedAt));
  const blocks = [
    [
      `${verdictWord(record, paint)}  exit code ${verdict.exitCode}  ${paint.dim(oneLine(`${run.kind} on ${run.platform}, ${took}`))}`,
      ...(verdict.reasons.length === 0 ? [VERDICT_MEANINGS[verdict.outcome]] : verdict.reasons).map(
        (reason) => `  ${oneLine(reason)}`,
      ),
    ],
    findingRows(deciding(record.findings), options.columns ?? 100, paint),
    record.drills.map((drill) => drillLine(drill, paint)),
    loadResultParts(record).map((part) => `  ${oneLine(part)}`),
    residueLines(record, paint),
    scopeLine(record, paint),
    [`  Report: ${oneLine(options.reportPath)}`],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function verdictWord(record: RunRecord, paint: Paint): string {
  const { outcome } = record.verdict;
  const word = VERDICT_WORDS[outcome];
  if (outcome === 'pass') return paint.strong(paint.good(`✔ ${word}`));
  if (outcome === 'fail' || outcome === 'residue') return paint.strong(paint.bad(`✖ ${word}`));
  return paint.strong(paint.doubt(`? ${word}`));
}

function findingRows(findings: readonly Finding[], columns: number, paint: Paint): readonly string[] {
  if (findings.length === 0) return [];
  const rows = findings
    .slice(0, MOST_ROWS)
    .map((finding) => [
      `${OUTCOME_SIGNS[finding.outcome]} ${finding.outcome}`,
      finding.objective,
      finding.window,
      valueInWords(finding),
      boundInWords(finding),
    ]);
  const table = [['outcome', 'objective', 'window', 'value', 'limit'], ...rows].map((row) =>
    row.map(oneLine),
  );
  const widths = columnWidths(table, columns - 2);
  const lines = table.map((row, index) => {
    const cells = row.map((cell, column) => pad(fit(cell, widths[column] ?? 0), widths[column] ?? 0));
    const text = `  ${cells.join('  ')}`.trimEnd();
    if (index === 0) return paint.dim(text);
    return findings[index - 1]?.outcome === 'fail' ? paint.bad(text) : paint.doubt(text);
  });
  const more = findings.length - rows.length;
  return more > 0 ? [...lines, `  and ${count(more)} more in the report`] : lines;
}

// Names give way first: outcome, value and limit are what the table is for.
function columnWidths(table: readonly (readonly string[])[], room: number): readonly number[] {
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((row) => displayWidth(row[column] ?? ''))),
  );
  const total = (): number => widths.reduce((sum, width) => sum + width, 0) + 2 * (widths.length - 1);
  for (const [column, least] of [
    [2, 16],
    [1, 16],
    [2, 8],
    [1, 8],
    [4, 8],
    [3, 8],
  ] as const) {
    const over = total() - room;
    if (over > 0)
      widths[column] = Math.max(Math.min(least, widths[column] ?? 0), (widths[column] ?? 0) - over);
  }
  return widths;
}

function drillLine(drill: DrillRecord, paint: Paint): string {
  const line = oneLine(
    `${drill.name}: ${recoveryInWords(drill)} (target ${quantity(drill.rto.target, 's')}); ${outageInWords(drill)}; ${lossInWords(drill.rpo)}`,
  );
  const bad = drill.rto.high === null || drill.rto.high > drill.rto.target || drill.rpo.lost > 0;
  return bad ? `  ${paint.bad(`✖ ${line}`)}` : `  ✔ ${line}`;
}

/** A pass says nothing of what nobody asked for. */
function scopeLine({ otherObjectives = [] }: RunRecord, paint: Paint): readonly string[] {
  if (otherObjectives.length === 0) return [];
  const many = counted(otherObjectives.length, 'other objective');
  return [
    paint.dim(
      `  ${many} of the platform ${otherObjectives.length === 1 ? 'is' : 'are'} not asked for here (named in the report)`,
    ),
  ];
}

function residueLines(record: RunRecord, paint: Paint): readonly string[] {
  const { residue } = record;
  if (residue.length === 0) return [];
  return [
    paint.bad(`  ✖ ${counted(residue.length, 'thing')} left behind; run: ordeal recover`),
    ...residue.map((left) => `    ${oneLine(`${left.what} at ${left.where}: ${left.how}`)}`),
  ];
}
