import { describe, expect, it } from 'vitest';
import {
  emptyRun,
  failingRun,
  gameDay,
  hostileRun,
  residueRun,
} from '../../../shared/test/report/fixture.ts';
import { renderVerdict } from '../../src/progress/render-verdict.ts';
import { displayWidth } from '../../src/progress/width.ts';

const options = { colour: false, reportPath: '/runs/r/report.html' };

describe('verdict in the terminal', () => {
  it('of a pass is short: word, exit code, drills, report', () => {
    const lines = renderVerdict(gameDay().record, options).split('\n');
    expect(lines[0]).toMatch(/^✔ PASS {2}exit code 0/u);
    expect(lines.filter((line) => line.includes('outcome'))).toEqual([]);
    expect(lines).toContainEqual(
      expect.stringMatching(/✔ region-lost: recovered after 5\.1–5\.4 s \(target 10 s\).*0 of 18,204/u),
    );
    expect(lines.at(-1)).toBe('  Report: /runs/r/report.html');
  });

  it('of a pass says of how many objectives it says nothing', () => {
    const { record } = gameDay();
    const said = (otherObjectives: readonly string[]): string =>
      renderVerdict({ ...record, otherObjectives }, options);
    expect(said(['backup age', 'restore time'])).toContain(
      '  2 other objectives of the platform are not asked for here (named in the report)',
    );
    expect(said(['backup age'])).toContain('  1 other objective of the platform is not asked for here');
    expect(renderVerdict(record, options)).not.toContain('not asked for');
  });

  it('of a failure names every must-finding that did not pass, and no other', () => {
    const text = renderVerdict(failingRun().record, options);
    expect(text).toMatch(/^✖ FAIL {2}exit code 1/u);
    expect(text).toMatch(/✖ fail +RTO +region-lost +41\.3–41\.6 s +≤ 10 s/u);
    expect(text).toMatch(/\? inconclusive +client p95 +replica-killed\/recovery/u);
    expect(text).not.toContain('database connections');
    expect(text).toContain('✖ region-lost: recovered after 41.3–41.6 s');
    expect(text).toContain('37 of 18,204 acknowledged writes were lost');
  });

  it('names what is left, and a recovery that never came', () => {
    const text = renderVerdict(residueRun().record, options);
    expect(text).toContain('RESIDUE LEFT  exit code 4');
    expect(text).toContain('1 thing left behind; run: ordeal recover');
    expect(text).toContain('toxic cut at proxy a/postgres');
    expect(text).toContain('✖ region-lost: not recovered (certainly not for 90 s)');
    expect(renderVerdict(emptyRun().record, options)).toMatch(/^\? REFUSED {2}exit code 3/u);
  });

  it('keeps its table within the terminal', () => {
    const lines = renderVerdict(failingRun().record, { ...options, columns: 72 }).split('\n');
    const table = lines.filter((line) => /^ {2}(outcome|✖ fail|\? inc)/u.test(line));
    expect(table).toHaveLength(5);
    expect(Math.max(...table.map(displayWidth))).toBeLessThanOrEqual(72);
  });

  it('has colour only when it may, and no control character from outside', () => {
    // oxlint-disable-next-line no-control-regex
    expect(renderVerdict(hostileRun().record, options)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
    expect(renderVerdict(gameDay().record, { ...options, colour: true })).toContain('\u001b[32m✔ PASS');
  });
});
