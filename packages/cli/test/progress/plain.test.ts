import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { failingRun, gameDay, HOSTILE, hostileRun } from '../../../shared/test/report/fixture.ts';
import { entry, PHASES } from '../../../shared/test/report/fixture-journal.ts';
import { createProgress } from '../../src/progress/create-progress.ts';

function linesOf(journal: readonly JournalEntry[]): readonly string[] {
  const written: string[] = [];
  const progress = createProgress({
    stream: { write: (text) => written.push(text) },
    isTty: false,
    asks: false,
    columns: 80,
    clock: createVirtualClock({ now: 0, wall: 0 }),
    colour: true,
  });
  progress.setPlan(PHASES.map(({ name, title }) => ({ name, title, expectedSeconds: 10 })));
  for (const each of journal) progress.listener(each);
  progress.stop();
  for (const each of journal) progress.listener(each);
  expect(written.every((text) => text.endsWith('\n') && text.indexOf('\n') === text.length - 1)).toBe(true);
  return written.map((text) => text.slice(0, -1));
}

describe('plain lines', () => {
  const lines = linesOf(gameDay().journal);

  it('carry the time of day and no control character', () => {
    for (const line of [...lines, ...linesOf(hostileRun().journal)]) {
      expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \S| {2,}\S/u);
      // oxlint-disable-next-line no-control-regex
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u);
    }
  });

  it('name phases with n of m, faults with their targets, steps and milestones', () => {
    const text = lines.join('\n');
    expect(text).toContain('01:59:15.000 ▶ 4/8 One API replica is killed');
    expect(text).toContain('01:59:44.000 ✔ 4/8 One API replica is killed 29 s');
    expect(text).toContain('02:00:27.412   ⚡ fault in: region a lost (region a)');
    expect(text).toContain('fault healed: API replica a/api-1 killed, by its target itself');
    expect(text).toContain('✔ step promote b in 2.2 s');
    expect(text).toContain('02:00:32.312   ◆ routed');
  });

  it('report the load every ten seconds: mean rate, all failures, worst p95', () => {
    const load = lines.filter((line) => / {3}load \d/u.test(line));
    expect(load).toHaveLength(18);
    expect(load[10]).toMatch(
      /02:00:35\.100 {3}load 15\d req\/s · worst p95 \d+ ms · 7\d\d failed · 20 dropped · in 10 s/u,
    );
  });

  it('do not take iterations for requests, of which one may make several', () => {
    const shown = linesOf([
      entry(1, { type: 'load-started', workload: 'baseline', rate: 80 }),
      entry(2, { type: 'load-started', workload: 'script', rate: 0 }),
    ]);
    expect(shown[0]).toContain('load baseline started, up to 80 iterations/s');
    expect(shown[1]).toContain('load script started, as its script says');
  });

  it('show findings that did not pass, and only those', () => {
    const { findings } = failingRun().record;
    const shown = linesOf(findings.map((finding) => entry(1, { type: 'finding', finding })));
    expect(shown).toHaveLength(5);
    expect(shown[0]).toContain('✖ fail: client p95 in baseline/steady');
    expect(shown.join('\n')).toContain('? inconclusive: client p95');
  });

  it('show what does not hold, what was skipped, and a generator that broke', () => {
    const shown = linesOf([
      entry(1, { type: 'check', phase: 'preflight', name: 'clock', held: true, detail: '' }),
      entry(1, { type: 'check', phase: 'preflight', name: 'Prometheus', held: false, detail: HOSTILE }),
      entry(2, { type: 'phase-ended', phase: 'smoke', outcome: 'skipped', detail: 'preflight failed' }),
      entry(3, { type: 'load-ended', workload: 'baseline', how: 'broke', detail: 'exit code 107' }),
    ]);
    expect(shown).toHaveLength(3);
    expect(shown[0]).toContain('✖ check Prometheus does not hold: </script>');
    expect(shown[1]).toContain('– 2/8 Health endpoints and every journey once skipped: preflight failed');
    expect(shown[2]).toContain('load baseline ended: broke: exit code 107');
  });
});
