import { expect, test } from 'vitest';
import type { LimitRecord } from '../../src/record/limit-record.ts';
import { headline } from '../../src/report/headline.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { gameDay } from './fixture.ts';

const limit: LimitRecord = {
  name: 'rate-limit',
  limit: 'requests of a client',
  checks: [
    { name: 'the window lasts 60 s', outcome: 'held', detail: 'after 59.9–60.6 s' },
    { name: 'the window is fixed', outcome: 'broken', detail: '50 were <admitted> again' },
  ],
  window: { kind: 'sliding', seconds: { low: 59.9, high: 60.6 }, admitted: [50, 50, 50] },
};

test('what a limit was found to be is said in the headline, the summary and the page', () => {
  const { journal, ...run } = gameDay();
  const record = { ...run.record, limits: [limit] };
  expect(headline(record)).toMatch(
    /rate-limit: a sliding window of 59\.9–60\.6 s; the window is fixed: broken/,
  );
  expect(renderSummary(record)).toContain('## Limits');
  const page = renderHtml(record, journal);
  expect(page).toContain('<h2>Limits</h2>');
  expect(page).toContain('50 were &lt;admitted&gt; again');
});

test('nothing is said of limits where none was looked at', () => {
  const { journal, record } = gameDay();
  expect(renderSummary(record) + renderHtml(record, journal)).not.toContain('Limits');
});
