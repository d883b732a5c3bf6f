import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Assignment } from '@ordeal/shared/judge/observations';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { RunRecord } from '@ordeal/shared/record/record';
import { readEarlierRuns } from '../../src/run/earlier-runs.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-earlier-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const now = {
  kind: 'gameday' as const,
  platform: 'shop',
  scenario: 'day',
  suiteVersion: '1.0.0',
  pace: 'full' as const,
  workload: 'baseline: 60/s of buy',
  startedAt: '2026-02-01T00:00:00.000Z',
};
const assignments: readonly Assignment[] = [
  {
    objectiveName: 'p95',
    objective: {
      signal: { from: 'client', measure: 'latency', quantile: 0.95 },
      comparator: '<',
      limit: 200,
      unit: 'ms',
      regression: { effect: 10 },
    },
    window: 'baseline',
  },
];
const finding = (objective: string): Finding => ({
  objective,
  window: 'baseline',
  signal: 'client p95 latency',
  outcome: 'pass',
  value: { low: 40, high: 44 },
  limit: 200,
  comparator: '<',
  samples: 1000,
  unit: 'ms',
  severity: 'must',
  explanation: 'long',
});

function record(
  day: number,
  run: Readonly<Record<string, unknown>> = {},
  outcome: RunRecord['verdict']['outcome'] = 'pass',
): void {
  const id = `202601${String(day).padStart(2, '0')}t0000-aaaaaa`;
  write(id, {
    schemaVersion: 1,
    run: { ...now, id, startedAt: new Date(Date.UTC(2026, 0, day)).toISOString(), seed: day, ...run },
    verdict: { outcome, exitCode: 0, reasons: [] },
    findings: [finding('p95'), finding('p95 (against history)'), finding('errors')],
  });
}

function write(id: string, content: unknown): void {
  mkdirSync(join(dir, id), { recursive: true });
  writeFileSync(
    join(dir, id, 'record.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

const days = (runs: readonly { readonly startedAt: string }[]) =>
  runs.map(({ startedAt }) => new Date(startedAt).getUTCDate());

it('reads what is compared, oldest first, and nothing else', () => {
  for (const day of [3, 1, 2]) record(day);
  const { runs, unreadable } = readEarlierRuns(dir, now, assignments);
  expect(days(runs)).toEqual([1, 2, 3]);
  expect(unreadable).toEqual([]);
  expect(runs[0]?.findings.map(({ objective }) => objective)).toEqual(['p95', 'p95 (against history)']);
  expect(runs[0]?.findings[0]).not.toHaveProperty('explanation');
});

it('leaves out what is not comparable', () => {
  record(1);
  record(2, { platform: 'other' });
  record(3, { scenario: 'night' });
  record(4, { pace: 'short' });
  record(5, { suiteVersion: '1.1.0' });
  record(6, { kind: 'load' });
  record(7, { workload: 'baseline: 90/s of buy' });
  record(8, { startedAt: '2026-02-01T00:00:00.000Z' });
  record(9, { pace: undefined });
  record(10, {}, 'interrupted');
  record(11, {}, 'broken');
  record(12, {}, 'refused');
  record(13, {}, 'residue');
  record(14, {}, 'fail');
  record(15, {}, 'inconclusive');
  expect(days(readEarlierRuns(dir, now, assignments).runs)).toEqual([1, 14, 15]);
  const { workload: _, ...without } = now;
  record(16, { workload: undefined });
  expect(readEarlierRuns(dir, without, assignments).runs).toEqual([]);
});

it('names what it cannot read, and goes on', () => {
  record(1);
  write('b-cut', '{"schemaVersion": 1, "run"');
  write('c-null', 'null');
  write('d-version', { schemaVersion: 2 });
  write('e-time', { schemaVersion: 1, run: { id: 'e', startedAt: 'soon' } });
  write('f-findings', {
    schemaVersion: 1,
    run: { ...now, id: 'f' },
    verdict: {},
    findings: [{ objective: 1 }],
  });
  write('g-value', {
    schemaVersion: 1,
    run: { ...now, id: 'g' },
    verdict: {},
    findings: [{ ...finding('p95'), value: { low: 'NaN' } }],
  });
  mkdirSync(join(dir, 'h-under-way'));
  const { runs, unreadable } = readEarlierRuns(dir, now, assignments);
  expect(days(runs)).toEqual([1]);
  expect(unreadable.map((line) => line.split(':')[0]).sort()).toEqual([
    'b-cut',
    'c-null',
    'd-version',
    'e-time',
    'f-findings',
    'g-value',
  ]);
});

it('is bounded, and reads nothing when nothing is compared', () => {
  for (let day = 1; day <= 130; day += 1) {
    const id = `r${String(day).padStart(4, '0')}`;
    write(id, {
      schemaVersion: 1,
      run: { ...now, id, startedAt: new Date(Date.UTC(2025, 0, day)).toISOString(), seed: 1 },
      verdict: { outcome: 'pass', exitCode: 0, reasons: [] },
      findings: [],
    });
  }
  const { runs } = readEarlierRuns(dir, now, assignments);
  expect(runs).toHaveLength(100);
  expect(runs.at(-1)?.run).toBe('r0130');
  const plain = assignments.map((one) => {
    const { regression: _, ...objective } = one.objective;
    return { ...one, objective };
  });
  write('z-broken', '{');
  expect(readEarlierRuns(dir, now, plain)).toEqual({ runs: [], unreadable: [] });
  expect(readEarlierRuns(join(dir, 'absent'), now, assignments)).toEqual({ runs: [], unreadable: [] });
});
