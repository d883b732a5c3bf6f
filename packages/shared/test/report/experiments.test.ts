import { expect, it } from 'vitest';
import type { ExperimentRecord, RunRecord } from '../../src/record/record.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { gameDay } from './fixture.ts';

/** Several faults and repetitions: each fault with its own targets, times and proof, in every report. */

const fault = (name: string, more: object = {}) => ({
  fault: name,
  targets: [{ name: `pod shop/${name}-1`, identity: `uid-${name}` }],
  injectedAt: '2026-03-01T02:00:07.412Z',
  healedAt: '2026-03-01T02:00:12.000Z',
  effective: true,
  witness: `${name} moved`,
  ...more,
});
const several: ExperimentRecord = {
  name: 'region-2',
  fault: 'app + cache',
  targets: ['pod shop/app-1', 'pod shop/cache-1'],
  injectedAt: '2026-03-01T02:00:07.412Z',
  healedAt: '2026-03-01T02:00:12.000Z',
  effective: false,
  witness: 'app: app moved; cache: nothing moved',
  recoverySeconds: null,
  aborted: '40 of 100 attempts failed within 5.0 s',
  abort: {
    conditionAt: '2026-03-01T02:00:11.000Z',
    seenAt: '2026-03-01T02:00:11.200Z',
    secondsToHealed: 0.4,
  },
  faults: [fault('app'), fault('cache', { effective: false, witness: 'nothing moved' })],
  seed: 77,
  repetition: { of: 'region', number: 2, times: 3 },
};
const run = gameDay();
const record: RunRecord = { ...run.record, experiments: [several] };

it('is in the summary, fault by fault', () => {
  const lines = renderSummary(record).split('\n');
  const at = lines.findIndex((line) => line.includes('region-2 (2 of 3 times region, choices from seed 77)'));
  expect(lines[at]).toMatch(/none seen.*aborted:.*40 of 100.*healed 0\.4 s after that had become so/);
  expect(lines[at + 1]).toMatch(/app \| pod shop\/app-1 \(uid-app\).*yes: app moved/);
  expect(lines[at + 2]).toMatch(/cache \| pod shop\/cache-1 \(uid-cache\).*none seen\*\*: nothing moved/);
});

it('is on the page, fault by fault', () => {
  const page = renderHtml(record, run.journal);
  expect(page).toContain('2 of 3 times region, choices from seed 77');
  expect(page).toContain('Its faults, in the order of their injection');
  expect(page).toContain('pod shop/cache-1 (uid-cache)');
  expect(page).toContain('healed 0.4 s after that had become so');
});

it('is in JUnit, a case for each fault', () => {
  const xml = renderJunit(record);
  expect(xml).toMatch(/<testcase[^>]*name="region-2: app has an effect"[^>]*>(?!\s*<failure)/);
  expect(xml).toMatch(/name="region-2: cache has an effect"[^>]*>\s*<failure[^>]* message="ineffective/);
});
