import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import type { Clock } from '@ordeal/shared/time/clock';
import type { JournalEntry } from '@ordeal/shared/timeline/event';
import { failingRun, gameDay, HOSTILE } from '../../../shared/test/report/fixture.ts';
import { entry, ORIGIN, PHASES, STARTED } from '../../../shared/test/report/fixture-journal.ts';
import { createProgress } from '../../src/progress/create-progress.ts';
import { displayWidth } from '../../src/progress/width.ts';
import { Terminal } from './terminal.ts';

const PLAN = PHASES.map((phase) => ({
  name: phase.name,
  title: phase.title,
  expectedSeconds: Math.ceil(phase.to - phase.from),
}));

/** Plays a journal in virtual time up to a second of the run, and gives the terminal as it then stands. */
async function play(
  journal: readonly JournalEntry[],
  until: number,
  columns = 80,
  colour = false,
  asks = false,
): Promise<{ terminal: Terminal; stop: () => void }> {
  const terminal = new Terminal(columns);
  const clock: Clock = createVirtualClock({ now: ORIGIN, wall: STARTED });
  const progress = createProgress({ stream: terminal, isTty: true, asks, columns: 80, clock, colour });
  progress.setPlan(PLAN);
  for (const each of journal) {
    if (each.monotonicMs > ORIGIN + until * 1000) break;
    await clock.sleep(each.monotonicMs - clock.now());
    progress.listener(each);
  }
  await clock.sleep(ORIGIN + until * 1000 - clock.now());
  return { terminal, stop: progress.stop };
}

describe('live view', () => {
  it.each([[36], [80], [120]])(
    'redraws cleanly at %i columns: one view, the ended phases above it',
    async (columns) => {
      const { terminal, stop } = await play(gameDay().journal, 112.25, columns);
      stop();
      const { terminal: shown, stop: end } = await play(gameDay().journal, 112.25, columns);
      const lines = shown.lines();
      end();
      expect(lines.filter((line) => line.startsWith('▶'))).toHaveLength(1);
      expect(lines.filter((line) => line.startsWith('✔'))).toHaveLength(5);
      const view = lines.slice(lines.findIndex((line) => line.startsWith('▶')));
      expect(Math.max(...view.map(displayWidth))).toBeLessThan(columns);
      expect(terminal.lines().join('\n')).not.toContain('▶');
    },
  );

  it('tells phase n of m, time left, load, active faults', async () => {
    const { terminal, stop } = await play(gameDay().journal, 110.25);
    const text = terminal.lines().join('\n');
    stop();
    expect(text).toContain('▶ 6/8 Region A is lost; region B takes over');
    expect(text).toContain('0:14 of about 0:50');
    expect(text).toContain('run: about 1:19 left');
    expect(text).toMatch(/load {4}1\d\d req\/s · no p95 · 1\d\d failed · 4 dropped/u);
    expect(text).toContain('⚡ region a lost, in for 0:03');
    expect(text).toContain('step    promote b, for 0.5 s, target 30 s');
    expect(text).toContain('◆ detected');
  });

  it('says that the load is silent instead of showing old figures', async () => {
    const journal = gameDay().journal.filter((each) => each.monotonicMs < ORIGIN + 30_000);
    const { terminal, stop } = await play(journal, 40);
    const text = terminal.lines().join('\n');
    stop();
    expect(text).toContain('nothing was reported for 11 s');
    expect(text).not.toContain('p95');
  });

  it('takes the load away when it has ended, also when its last report comes late', async () => {
    const { terminal, stop } = await play(gameDay().journal, 186);
    const text = terminal.lines().join('\n');
    stop();
    expect(text).toContain('▶ 8/8');
    expect(text).not.toContain('  load');
  });

  it('shows a failed finding at once, and keeps it', async () => {
    const [failed] = failingRun().record.findings.filter((each) => each.outcome === 'fail');
    if (failed === undefined) throw new Error('the fixture has no failed finding');
    const { journal } = gameDay();
    const found = [
      ...journal.filter((each) => each.monotonicMs < ORIGIN + 60_000),
      entry(60, { type: 'finding', finding: failed }),
    ];
    const { terminal, stop } = await play(found, 60);
    expect(terminal.lines().join('\n')).toContain('✖ fail: client p95 in baseline/steady');
    stop();
    expect(terminal.lines().join('\n')).toContain('✖ fail: client p95 in baseline/steady');
  });

  it('writes about five times a second at most', async () => {
    const second = (at: number): JournalEntry =>
      entry(at, { type: 'load-second', requestsPerSecond: at, failed: 0, dropped: 0, p95Ms: 1 });
    const started = entry(0, { type: 'load-started', workload: 'baseline', rate: 1 });
    const journal = [started, ...Array.from({ length: 1000 }, (_, index) => second(index / 100))];
    const { terminal, stop } = await play(journal, 10);
    stop();
    expect(terminal.writes.length).toBeLessThanOrEqual(53);
  });

  it('counts the rows of lines that a narrower terminal has wrapped', async () => {
    const { terminal, stop } = await play(gameDay().journal, 40, 80);
    terminal.writes.length = 0;
    terminal.columns = 30;
    stop();
    // The title takes 2 rows, the bar's line 3, the load's 2: from the last of seven it is six rows up.
    expect(terminal.writes.join('')).toContain('\u001b[6A');
  });

  it('has colour only when it may, and lets no control character of a name through', async () => {
    const journal = [...gameDay().journal.slice(0, 8), entry(6, { type: 'warning', message: HOSTILE })];
    const painted = await play(journal, 6, 80, true);
    painted.stop();
    // oxlint-disable-next-line no-control-regex
    expect(painted.terminal.writes.join('')).toMatch(/\u001b\[32m✔/u);
    const bare = await play(journal, 6, 80, false);
    bare.stop();
    // oxlint-disable-next-line no-control-regex
    expect(bare.terminal.writes.join('')).not.toMatch(/\u001b\[\d*m/u);
    expect(bare.terminal.lines().join('')).toContain('! </script>');
  });

  it('draws nothing where somebody is asked: the question, and the token to answer it with, stay', async () => {
    const before = gameDay().journal.filter((each) => each.monotonicMs < ORIGIN + 105_000);
    const { terminal, stop } = await play(before, 110, 100, false, true);
    terminal.write('\nPromote region b?\nAnswer with: curl http://127.0.0.1:1/approve/0123\n');
    stop();
    expect(terminal.writes.join('')).not.toContain('\u001b');
    expect(terminal.lines().join('\n')).toContain('curl http://127.0.0.1:1/approve/0123');
  });

  it('leaves nothing behind when it is stopped, and is silent afterwards', async () => {
    const { terminal, stop } = await play(gameDay().journal, 50);
    stop();
    const before = terminal.writes.length;
    stop();
    expect(terminal.writes.length).toBe(before);
    expect(terminal.lines().at(-1)).toBe('');
    expect(terminal.lines().filter((line) => line.startsWith('  load'))).toEqual([]);
  });
});
