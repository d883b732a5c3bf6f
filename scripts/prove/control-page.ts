import type { Control } from './controls.ts';

/** What became of a control that was run. */
export interface Shown {
  readonly control: Control;
  readonly verdict: string;
  /** What was said, in a line; undefined when the control was not found. */
  readonly finding: string | undefined;
  /** What the run has left behind, each in a line. */
  readonly left: readonly string[];
}

export const NOT_FOUND = 'not found';
/** What a row says of a control that nobody has run since it is as it is. */
export const NOT_RUN = 'not run';
/** As much of what was said is kept. */
const MOST_CHARACTERS = 260;
const COLUMNS = 4;

const HEAD = `# Negative controls

A suite that is always green proves nothing. Each row is a lab that was made to misbehave in one way, the shortest command that has to notice, and what it said. \`npx ordeal lab up --platform <name> --sabotage <sabotage>\` makes the same lab, to try it by hand; \`npm run prove -- platform-controls\` runs all of them, and writes this page. A control has to be found by the finding, the check or the reason that it is for: a run that is red for anything else does not count, and one that leaves something behind counts only where that is named. \`${NOT_RUN}\`: the control has not been run since it is as it is.`;

/** A row of the page, as it is written there: a cell each of sabotage, command, verdict and what was found. */
export type Row = readonly [sabotage: string, command: string, verdict: string, found: string];

/**
 * The page with the rows of `shown` in it. The rest is as the page had it before, where a row is still of the same
 * command and names what its control has to find; a control without such a row is said to be not run.
 */
export function pageOf(controls: readonly Control[], before: string, shown: readonly Shown[]): string {
  const rows = rowsOf(before);
  const platforms = [...new Set(controls.map(({ platform }) => platform))].toSorted();
  const parts = platforms.map((platform) => {
    const lines = controls
      .filter((one) => one.platform === platform)
      .map((control) => {
        const now = shown.find((one) => one.control === control);
        const row = now === undefined ? standing(control, rows[platform] ?? []) : rowOf(now);
        return `| ${row.join(' | ')} |`;
      });
    const table = [
      '| sabotage | command | verdict | what was found |',
      '| --- | --- | --- | --- |',
      ...lines,
    ];
    return `## ${platform}\n\n${table.join('\n')}`;
  });
  return `${[HEAD, ...parts].join('\n\n')}\n`;
}

/** Rows of the page, by platform. */
export function rowsOf(page: string): Readonly<Record<string, readonly Row[]>> {
  return Object.fromEntries(
    page
      .split(/^## /m)
      .slice(1)
      .map((part) => {
        const [platform = '', ...lines] = part.split('\n');
        return [platform.trim(), lines.filter((line) => line.startsWith('| `')).map(cellsOf)];
      }),
  );
}

function cellsOf(line: string): Row {
  const cells = line
    .split(/(?<!\\)\|/)
    .slice(1, 1 + COLUMNS)
    .map((cell) => cell.trim());
  const [sabotage = '', command = '', verdict = '', found = ''] = cells;
  return [sabotage, command, verdict, found];
}

/** The row that the page had, if it still says something of this control. */
function standing(control: Control, rows: readonly Row[]): Row {
  const [sabotage, command] = named(control);
  const row = rows.find((one) => one[0] === sabotage && one[1] === command);
  const names = [control.finds, ...(control.leaves ?? [])].map(inCell);
  return row !== undefined && (row[3] === NOT_FOUND || names.every((name) => row[3].includes(name)))
    ? row
    : [sabotage, command, NOT_RUN, ''];
}

function rowOf({ control, verdict, finding, left }: Shown): Row {
  const said = excerpt(inCell(finding ?? NOT_FOUND), inCell(control.finds));
  const besides = left.map((one) => `; left: ${inCell(one).slice(0, MOST_CHARACTERS)}`);
  return [...named(control), verdict, `${said}${finding === undefined ? '' : besides.join('')}`];
}

/** As much as is kept, with what had to be found in it: behind its begin, where that is far from it. */
function excerpt(text: string, finds: string): string {
  const at = text.indexOf(finds);
  if (at + finds.length <= MOST_CHARACTERS) return text.slice(0, MOST_CHARACTERS);
  return `${text.slice(0, text.indexOf(': ') + 1)} … ${text.slice(at)}`.slice(0, MOST_CHARACTERS);
}

function named({ sabotage, run }: Control): readonly [sabotage: string, command: string] {
  return [`\`${sabotage}\``, `\`ordeal ${run.join(' ')}\``];
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
}
