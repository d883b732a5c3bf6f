import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '@ordeal/shared/objectives/finding';
import { cameToNothing, whatWasSaid, type Evidence } from '../../../../scripts/prove/control-found.ts';
import { pageOf, rowsOf, NOT_RUN } from '../../../../scripts/prove/control-page.ts';
import { controls, type Control } from '../../../../scripts/prove/controls.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'negative-controls.md'), 'utf8');
const platforms = [...new Set(controls.map(({ platform }) => platform))];
const sabotagesOf = (platform: string) =>
  controls.filter((one) => one.platform === platform).map(({ sabotage }) => sabotage);

describe('what a platform must notice', () => {
  it.each(platforms)('%s: its README, its controls and the page name the same sabotages', (platform) => {
    const readme = readFileSync(join(root, 'platforms', platform, 'README.md'), 'utf8');
    const section = readme.slice(readme.indexOf('## What it must notice'));
    const named = [...section.matchAll(/`([^`]+)`/g)].map(([, sabotage]) => sabotage);
    const sabotages = sabotagesOf(platform).toSorted();
    expect(named.toSorted()).toEqual(sabotages);
    expect(sabotages.length).toBeGreaterThanOrEqual(6);
    const rows = (rowsOf(page)[platform] ?? []).map(([sabotage]) => sabotage.replaceAll('`', ''));
    expect(rows.toSorted()).toEqual(sabotages);
  });

  it('the page says only of controls as they are that they were found', () => {
    expect(rowsOf(pageOf(controls, page, []))).toEqual(rowsOf(page));
  });
});

describe('the page', () => {
  const control: Control = { platform: 'shop', sabotage: 'slow', run: ['load'], finds: 'client p95' };
  const found = { control, verdict: 'fail', finding: 'client p95 in baseline: fail', left: [] };
  const rowOf = (text: string) => rowsOf(text)['shop']?.[0];
  const before = pageOf([control], '', [found]);

  it('keeps what was shown before, and shows what was not run', () => {
    expect(rowOf(before)).toEqual(['`slow`', '`ordeal load`', 'fail', 'client p95 in baseline: fail']);
    expect(rowOf(pageOf([control], before, []))).toEqual(rowOf(before));
    expect(rowOf(pageOf([control], '', []))).toEqual(['`slow`', '`ordeal load`', NOT_RUN, '']);
  });

  it.each<[string, Partial<Control>]>([
    ['another command', { run: ['load', '--pace', 'short'] }],
    ['another finding', { finds: 'server p95' }],
    ['something that is left besides', { leaves: ['region a'] }],
  ])('a row is not of a control with %s', (_, changed) => {
    expect(rowOf(pageOf([{ ...control, ...changed }], before, []))?.[2]).toBe(NOT_RUN);
  });

  it('shows what had to be found, however far behind it was said', () => {
    const finding = `rate limit is 1 departures, not 0: ${'another check held. '.repeat(20)}client p95: broken. And more.`;
    const row = rowOf(pageOf([control], '', [{ ...found, finding }]));
    expect(row?.[3]).toBe('rate limit is 1 departures, not 0: … client p95: broken. And more.');
  });

  it('names what was left, and keeps what was not found', () => {
    const leaving = { ...control, leaves: ['region a'] };
    const text = pageOf([leaving], '', [{ ...found, control: leaving, left: ['region a | gone'] }]);
    expect(rowOf(text)?.[3]).toBe('client p95 in baseline: fail; left: region a \\| gone');
    expect(rowOf(pageOf([leaving], text, []))).toEqual(rowOf(text));
    const missed = pageOf([control], '', [{ ...found, verdict: 'exit code 0', finding: undefined }]);
    expect(rowOf(pageOf([control], missed, []))?.slice(2)).toEqual(['exit code 0', 'not found']);
  });
});

describe('what a run says of a control', () => {
  const missed: Finding = {
    objective: 'client p95',
    window: 'baseline',
    signal: 'client p95 latency',
    outcome: 'fail',
    value: { low: 395, high: 431 },
    limit: 200,
    comparator: '<',
    samples: 900,
    unit: 'ms',
    severity: 'must',
  };
  const notRun: Finding = {
    ...missed,
    objective: 'RTO',
    outcome: 'inconclusive',
    value: null,
    reason: 'not-run',
  };
  const invalid: Finding = { ...notRun, objective: 'client p95', reason: 'load-invalid' };
  const seen = (findings: readonly Finding[], ...reasons: readonly string[]): Evidence => ({
    record: { findings, verdict: { outcome: 'fail', exitCode: 1, reasons } } as unknown as Evidence['record'],
    journal: [
      { type: 'check', name: 'pod b1 metrics', held: false, detail: 'got status 404' },
      { type: 'check', name: 'pod b1 health', held: true, detail: 'well' },
    ] as unknown as Evidence['journal'],
  });

  it('is its finding, else the reason that names it, else what explains a finding, else a check that did not hold', () => {
    const reason = 'restore failed: it is not in the archive';
    expect(whatWasSaid(seen([missed]), 'client p95')).toBe(
      'client p95 in baseline: fail, 395–431 ms, and < 200 was promised',
    );
    expect(whatWasSaid(seen([missed], reason), 'is not in the archive')).toBe(reason);
    const explained = { ...missed, explanation: 'It was at another hour. 8 copies are kept.' };
    expect(whatWasSaid(seen([explained]), 'at another hour')).toBe(
      'client p95 in baseline: fail, It was at another hour. 8 copies are kept.',
    );
    expect(whatWasSaid(seen([{ ...explained, outcome: 'pass' }]), 'at another hour')).toBeUndefined();
    expect(whatWasSaid(seen([]), 'metrics')).toBe('pod b1 metrics: got status 404');
    expect(whatWasSaid(seen([]), 'pod b1 metrics: got status 4')).toBe('pod b1 metrics: got status 404');
    expect(whatWasSaid(seen([]), 'got status 404')).toBeUndefined();
    expect(whatWasSaid(seen([{ ...missed, outcome: 'pass' }]), 'client p95')).toBeUndefined();
    expect(whatWasSaid(seen([]), 'health')).toBeUndefined();
  });

  it('came to nothing where something was not run, and nothing names it: not where a reason or a check does', () => {
    expect(cameToNothing(seen([notRun]), 'client p95')).toBe(true);
    expect(cameToNothing(seen([notRun]), 'RTO')).toBe(true);
    expect(cameToNothing(seen([missed]), 'RTO')).toBe(false);
    expect(cameToNothing(seen([notRun, missed]), 'client p95')).toBe(false);
    expect(cameToNothing(seen([notRun], 'not begun: API replicas: 0 alive'), 'API replicas')).toBe(false);
    expect(cameToNothing(seen([notRun]), 'metrics')).toBe(false);
  });

  it('is nothing where the load was not what it should have been: that is the machine’s', () => {
    expect(whatWasSaid(seen([invalid]), 'client p95')).toBeUndefined();
    expect(cameToNothing(seen([invalid]), 'client p95')).toBe(true);
  });
});
