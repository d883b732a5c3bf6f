import { expect, test } from 'vitest';
import { verdictOf } from '../../src/judge/verdict.ts';
import type { Finding } from '../../src/objectives/finding.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { gameDay } from './fixture.ts';
import { finding } from './fixture-findings.ts';

const open: Finding = finding({
  objective: 'client errors',
  window: 'baseline',
  outcome: 'inconclusive',
  reason: 'too-few-samples',
  value: { low: 0, high: 0.02 },
  limit: 0.01,
  unit: 'ratio',
  samples: 120,
  claim: 'inferred',
  explanation: '299 samples are needed, there were 120.',
  wouldDecide: '299 samples would decide it: a window of about 25 s at this rate.',
});

test('what would decide an open finding is said wherever it is shown', () => {
  const findings = [open];
  const verdict = verdictOf({ findings, experiments: [], drills: [], residue: [], end: { how: 'finished' } });
  expect(verdict.reasons[0]).toContain(`${open.explanation} ${open.wouldDecide}`);
  const { journal, ...run } = gameDay();
  const record = { ...run.record, findings };
  for (const text of [renderJunit(record), renderSummary(record), renderHtml(record, journal)]) {
    expect(text).toContain('a window of about 25 s at this rate');
    expect(text).toContain('inferred');
  }
});
