import type { Finding } from '../objectives/finding.ts';
import type { RunRecord } from '../record/record.ts';

/** Worst first: proven failures, then what nobody knows, then what only warns, then what held. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((left, right) => weightOf(left) - weightOf(right));
}

/** `must` findings that did not pass: those that decide the verdict. */
export function deciding(findings: readonly Finding[]): readonly Finding[] {
  return worstFirst(findings.filter((finding) => finding.severity === 'must' && finding.outcome !== 'pass'));
}

/** The findings by window: windows in the order in which the run closed them, then any others. */
export function byWindow(
  record: RunRecord,
): readonly { readonly window: string; readonly findings: readonly Finding[] }[] {
  const groups = new Map<string, Finding[]>();
  for (const window of record.windows) groups.set(window.name, []);
  for (const finding of record.findings) {
    const group = groups.get(finding.window);
    if (group) group.push(finding);
    else groups.set(finding.window, [finding]);
  }
  return [...groups]
    .map(([window, findings]) => ({ window, findings }))
    .filter((group) => group.findings.length > 0);
}

function weightOf(finding: Finding): number {
  const outcome = { fail: 0, inconclusive: 1, pass: 4 }[finding.outcome];
  return finding.outcome !== 'pass' && finding.severity === 'should' ? outcome + 2 : outcome;
}
