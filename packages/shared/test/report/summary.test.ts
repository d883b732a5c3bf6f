import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { renderSummary } from '../../src/report/summary.ts';
import {
  emptyRun,
  failingRun,
  gameDay,
  hostileRun,
  inconclusiveRun,
  manyFindings,
  residueRun,
} from './fixture.ts';

describe('summary', () => {
  it('says the verdict first, then what decided it', () => {
    const lines = renderSummary(failingRun().record).split('\n');
    expect(lines[0]).toBe('# FAIL: gameday on agentic-platform');
    expect(lines[2]).toContain('no acknowledged write lost');
  });

  it('tells the drill in one sentence: when, how long clients were failing, what was lost', () => {
    const text = renderSummary(gameDay().record);
    expect(text).toMatch(
      /02:00:27\.412 UTC: recovered after 5\.1–5\.4 s; clients were failing for 5\.02–5\.31 s/u,
    );
    expect(text).toContain('0 of 18,204 acknowledged writes were lost');
    expect(text).toContain('detected 2.00–2.15 s → decided');
    expect(text).toContain('Nothing was left behind.');
  });

  it('lists the worst findings first', () => {
    const rows = renderSummary(failingRun().record)
      .split('\n')
      .filter((line) => /^\| \**[✔✖?]/u.test(line));
    const outcomes = rows.map((row) => /fail \(should\)|fail|inconclusive|pass/u.exec(row)?.[0]);
    expect(outcomes.slice(0, 6)).toEqual(['fail', 'fail', 'fail', 'inconclusive', 'fail (should)', 'pass']);
  });

  it('names a split brain, a witness that does not agree, and a fault without effect', () => {
    const text = renderSummary(failingRun().record);
    expect(text).toContain('2 of them acknowledged after the fault: a split brain');
    expect(text).toContain('**does not agree**');
    expect(text).toContain('**none seen**');
  });

  it('says what is not known', () => {
    const text = renderSummary(inconclusiveRun().record);
    expect(text).toContain('no value');
    expect(text).toContain('**not injected:** It was not steady before.');
    expect(text).toContain('the generator used 98 % of its CPU');
    expect(renderSummary(emptyRun().record)).toContain('Nothing was judged.');
  });

  it('never shows a recovery that did not happen, and says how to remove residue', () => {
    const text = renderSummary(residueRun().record);
    expect(text).toContain('not recovered (certainly not for 90 s)');
    expect(text).toContain('it did not end');
    expect(text).toContain('ordeal recover');
    expect(text).not.toContain('Nothing was left behind.');
  });

  it('does not say of a drill that ended before anything was done that nobody recovered', () => {
    const { record } = gameDay();
    const [drill] = record.drills;
    if (drill === undefined) throw new Error('the fixture has a drill');
    const untouched = { ...drill, rto: { low: 0, high: null, target: 10 }, outages: [], decomposition: {} };
    const text = renderSummary({ ...record, drills: [untouched] });
    expect(text).toContain('no recovery was measured');
    expect(text).not.toContain('not recovered');
  });

  it('tells which step of a restore took longer than its target', () => {
    const { record } = gameDay();
    const step = {
      name: 'choose backup',
      startedAt: '2026-03-01T02:00:00.000Z',
      endedAt: '2026-03-01T02:00:40.000Z',
      target: 30,
      waitedOnHuman: 0,
      outcome: 'done',
      detail: 'one',
    } as const;
    const restore = {
      name: 'restore',
      backupAgeSeconds: { low: 1, high: 2 },
      seconds: { low: 3, high: 3 },
      steps: [step, { ...step, name: 'prove', target: 60 }],
    };
    const text = renderSummary({ ...record, restores: [restore] });
    expect(text).toContain('Target missed: step choose backup took 40.0 s, and its target is 30 s');
    expect(text).not.toContain('step prove took');
  });

  it('tells how soon a log is archived, and of no checks that nobody made', () => {
    const { record, journal } = gameDay();
    const archiving = {
      settings: {},
      bound: { low: 15, high: 75 },
      reason: 'a file of the log is ended after 15 s',
      seen: { low: 6, high: 6.4 },
      waited: 6.4,
    };
    const restore = {
      name: 'archived-log',
      kind: 'archiving',
      backupAgeSeconds: { low: 0, high: 0 },
      seconds: { low: 6, high: null },
      steps: [],
      archiving,
    } as const;
    const run = { ...record, restores: [restore] };
    const text = renderSummary(run);
    expect(text).toContain('the log was archived after 6.0–6.4 s (by its settings after 75 s at most)');
    expect(text).not.toContain('0 checks held');
    const html = renderHtml(run, journal);
    expect(html).toContain('How its source archives: a file of the log is ended after 15 s');
    expect(html).not.toContain('What was looked at');
    const failed = 'watch the archive: nothing bounds it';
    const unbounded = { ...restore, archiving: { ...archiving, bound: null, seen: null }, failed };
    expect(renderSummary({ ...record, restores: [unbounded] })).toContain(failed);
  });

  it('keeps hostile text from being Markdown or HTML, and tables whole', () => {
    const text = renderSummary(hostileRun().record);
    expect(text).not.toMatch(/<(?!br)[a-z/]/iu);
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u001b\u202e]/u);
    const table = text.split('\n').filter((line) => line.startsWith('| **✖'));
    expect(table).toHaveLength(1);
    expect(table[0]?.match(/(?<!\\)\|/gu)).toHaveLength(8);
  });

  it('stays small however many findings there are', () => {
    const record = { ...gameDay().record, findings: manyFindings(20_000) };
    const text = renderSummary(record);
    expect(text.length).toBeLessThan(100_000);
    expect(text).toContain('19,800 more are in the report, 0 of them not passed.');
  });
});
