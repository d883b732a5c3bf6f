import { expect, it } from 'vitest';
import { headline } from '../../src/report/headline.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { failingRun } from './fixture.ts';
import { readHtml } from './markup-check.ts';

it('says of a drill that ended before its fault neither that it missed its target nor that nothing was lost', () => {
  const { record, journal } = failingRun();
  const [drill] = record.drills;
  if (drill === undefined) throw new Error('the fixture has a drill');
  const unbegun = {
    ...record,
    drills: [
      {
        ...drill,
        failed: 'the store has no standby',
        outages: [],
        rto: { low: 0, high: null, target: 10 },
        rpo: { ...drill.rpo, acknowledged: 0, lost: 0 },
      },
    ],
  };
  const { text } = readHtml(renderHtml(unbegun, journal));
  for (const shown of [text, headline(unbegun), renderSummary(unbegun)]) {
    expect(shown).toContain('no recovery was measured');
    expect(shown).not.toContain('not recovered');
  }
  expect(text).toContain('target 10 s: undecided');
  expect(text).toContain('unknownof 0 acknowledged');
});
