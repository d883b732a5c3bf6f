import type { Row, UsualAnswer } from './run-cases.ts';

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ case: name, spec, finding, judged, usual }) => {
    const [first, second] = usual;
    return [
      name,
      spec.what,
      spec.truth === null ? 'nothing happened' : figure(spec.truth, spec.objective.unit),
      `${spec.objective.comparator} ${figure(spec.objective.limit, spec.objective.unit)}`,
      interval(finding.value, spec.objective.unit),
      finding.outcome === 'inconclusive' ? `inconclusive: ${finding.reason}` : finding.outcome,
      judged,
      usualCell(first, spec.objective.unit),
      usualCell(second, spec.objective.unit),
    ];
  });
  const head = [
    'case',
    'value',
    'truth',
    'limit',
    "Ordeal's interval",
    'outcome',
    '',
    'the usual query',
    'with `or vector(0)`',
  ];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** How often each was right, wrong or open, in a sentence each. */
export function sumOf(rows: readonly Row[]): string {
  const count = (list: readonly string[], what: string): number => list.filter((one) => one === what).length;
  const own = rows.map(({ judged }) => judged);
  const usual = rows.flatMap(({ usual: [first] }) => (first === undefined ? [] : [first.judged]));
  const missed = rows.filter(
    ({ usual: [first] }) => first?.judged === 'wrong' && first.gate === 'green',
  ).length;
  return (
    `Of ${rows.length} rows Ordeal is right in ${count(own, 'right')}, leaves ${count(own, 'open')} open and is wrong ` +
    `in ${count(own, 'wrong')}. The usual query is right in ${count(usual, 'right')} and wrong in ` +
    `${count(usual, 'wrong')}, ${missed} of them green where the objective was violated or nothing was known.`
  );
}

function usualCell(answer: UsualAnswer | undefined, unit: string): string {
  if (answer === undefined) return '';
  const { value, gate, judged } = answer;
  const said = value === undefined ? 'no value' : figure(value, unit);
  return `${said}: ${gate}, ${judged}`;
}

function interval(value: Row['finding']['value'], unit: string): string {
  if (value === null) return 'none';
  const { low, high } = value;
  if (high === null) return `at least ${figure(low, unit)}`;
  return figure(low, unit) === figure(high, unit)
    ? figure(low, unit)
    : `${figure(low, unit)} to ${figure(high, unit)}`;
}

function figure(value: number, unit: string): string {
  if (Number.isNaN(value)) return 'NaN';
  if (unit === 'ratio') return `${Number((value * 100).toPrecision(3))} %`;
  const rounded = Number(value.toPrecision(3));
  return unit === '1' ? String(rounded) : `${rounded} ${unit}`;
}
