import { describe, expect, it } from 'vitest';
import type { CapacityRecord, LeakRecord, RunRecord } from '../../src/record/record.ts';
import { headline } from '../../src/report/headline.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { gameDay } from './fixture.ts';

const capacity: CapacityRecord = {
  phase: 'stress',
  capacity: {
    how: 'found',
    low: 480,
    high: 512,
    broke: { objective: 'client p95', explanation: 'client p95 latency 232–253 ms, must be < 200 ms' },
  },
  steps: [
    {
      rate: 480,
      purpose: 'confirm',
      outcome: 'held',
      detail: '',
      seconds: 30,
      requests: 26_000,
      failed: 3,
      dropped: 0,
      p95Ms: 88,
    },
    {
      rate: 512,
      purpose: 'try',
      outcome: 'broke',
      detail: '<b>client p95</b>',
      seconds: 10,
      requests: 9_200,
      failed: 0,
      dropped: 12,
      p95Ms: 240,
    },
  ],
};
const leak: LeakRecord = {
  objective: 'memory',
  window: 'soak',
  series: 'process_resident_memory_bytes{instance="a"}',
  outcome: 'leak',
  growth: { low: 0.91, high: 1.08 },
  unit: 'MB/min',
  secondsToLimit: { low: 18_000, high: null },
  judgedSeconds: 14_400,
  lives: { judged: 1, all: 2 },
  detail: 'It grows.',
};
const record: RunRecord = {
  ...gameDay().record,
  drills: [],
  experiments: [],
  loads: [],
  capacities: [capacity],
  settlings: [{ phase: 'spike', outcome: 'settled', seconds: { low: 1.2, high: 2.3 }, detail: '' }],
  leaks: [
    leak,
    { ...leak, series: 'process_open_fds', outcome: 'cannot-tell', growth: null, secondsToLimit: null },
  ],
};

describe('what shapes of load showed', () => {
  it('is in the one sentence', () => {
    expect(headline(record)).toContain(
      'stress: bears 480/s and not 512/s (iterations); client p95 broke first; spike: steady again 1.2–2.3 s after the spike; of 2 series looked at for leaks 1 does, 1 cannot be told',
    );
  });

  it('is in the page, with every rate that was tried and every series', () => {
    const page = renderHtml(record, []);
    for (const text of [
      '480–512 iterations/s',
      'client p95 broke first',
      'held (confirmation)',
      '&lt;b&gt;client p95&lt;/b&gt;',
      'steady again 1.2–2.3 s after the spike',
      'process_resident_memory_bytes',
      '0.91 to 1.08 MB/min',
      '≥ 5 h 00 min',
      '1 of 2',
      'cannot be told',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).not.toContain('<b>client');
  });

  it('is in the summary', () => {
    const summary = renderSummary(record);
    expect(summary).toContain('## Load');
    expect(summary).toContain('capacity 480–512 iterations/s');
    expect(summary).toMatch(/\| 512 \|.*broke/);
    expect(summary).toContain('steady again 1.2–2.3 s after the spike');
    expect(summary).toContain('0.91 to 1.08 MB/min');
  });

  it('is nowhere when there was none', () => {
    const none = gameDay();
    expect(renderHtml(none.record, none.journal)).not.toMatch(/capacity|looked at for leaks/i);
    expect(renderSummary({ ...none.record, loads: [] })).not.toContain('## Load');
  });
});
