import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/record/record.ts';
import { renderJunit } from '../../src/report/junit.ts';
import {
  emptyRun,
  failingRun,
  type FixtureRun,
  gameDay,
  hostileRun,
  inconclusiveRun,
  residueRun,
} from './fixture.ts';
import { type Element, named, readXml } from './markup-check.ts';

const RUNS: readonly (readonly [string, () => FixtureRun])[] = [
  ['pass', gameDay],
  ['fail', failingRun],
  ['inconclusive', inconclusiveRun],
  ['residue', residueRun],
  ['empty', emptyRun],
  ['hostile', hostileRun],
];

function bad(document: Element): readonly Element[] {
  return [...named(document, 'failure'), ...named(document, 'error')];
}

function caseOf(document: Element, part: string): Element {
  const found = named(document, 'testcase').find((each) => each.attributes['name']?.includes(part));
  if (!found) throw new Error(`no case with ${part}`);
  return found;
}

function kinds(element: Element): readonly string[] {
  return element.children.map((each) => each.name);
}

describe.each(RUNS)('JUnit of the %s run', (_, run) => {
  const document = readXml(renderJunit(run().record));

  it('counts what it holds, in each suite and in all', () => {
    for (const suite of [document, ...named(document, 'testsuite')]) {
      expect(Number(suite.attributes['tests'])).toBe(named(suite, 'testcase').length);
      expect(Number(suite.attributes['failures'])).toBe(named(suite, 'failure').length);
      expect(Number(suite.attributes['errors'])).toBe(named(suite, 'error').length);
      expect(Number(suite.attributes['skipped'])).toBe(named(suite, 'skipped').length);
    }
  });

  it('is red exactly when the exit code is not 0', () => {
    expect(bad(document).length > 0).toBe(run().record.verdict.exitCode !== 0);
  });
});

describe('JUnit outcomes', () => {
  const failing = readXml(renderJunit(failingRun().record));
  const inconclusive = readXml(renderJunit(inconclusiveRun().record));

  it('fails for a violation, with value and limit in the message', () => {
    const lost = caseOf(failing, 'no acknowledged write lost');
    expect(kinds(lost)).toEqual(['failure']);
    expect(lost.children[0]?.attributes['message']).toMatch(/37 writes, must be ≤ 0 writes/u);
  });

  it('errs for what could not be decided, and carries the query', () => {
    const errors = caseOf(inconclusive, 'API errors');
    expect(kinds(errors)).toEqual(['error']);
    expect(errors.text).toContain('http_requests_total');
    expect(errors.text).toContain('there were no samples');
  });

  it('only skips a violated should-objective', () => {
    expect(kinds(caseOf(failing, 'database connections'))).toEqual(['skipped', 'system-out']);
    const record = gameDay().record;
    const warned: RunRecord = {
      ...record,
      findings: record.findings.map((each) => ({ ...each, severity: 'should', outcome: 'fail' })),
    };
    expect(bad(readXml(renderJunit(warned)))).toEqual([]);
  });

  it('shows what was not run as a gap', () => {
    const notRun = [
      {
        name: 'restore',
        title: 'All of it comes back',
        kind: 'restore',
        why: 'no backup',
        notJudged: ['age'],
      },
    ] as const;
    const document = readXml(renderJunit({ ...gameDay().record, notRun }));
    expect(kinds(caseOf(document, 'restore: All of it comes back'))).toEqual(['skipped']);
    expect(bad(document)).toEqual([]);
  });

  it('fails for an experiment without effect, one that was not injected, and for residue', () => {
    expect(kinds(caseOf(failing, 'database-unreachable'))).toEqual(['failure']);
    expect(caseOf(inconclusive, 'database-unreachable').children[0]?.attributes['message']).toContain(
      'not injected',
    );
    const residue = readXml(renderJunit(residueRun().record));
    expect(kinds(caseOf(residue, 'toxic cut'))).toEqual(['failure']);
  });

  it('has exactly one error for no finding at all, beside the verdict', () => {
    const record: RunRecord = { ...gameDay().record, findings: [], experiments: [] };
    const document = readXml(renderJunit(record));
    expect(bad(document).map((each) => each.name)).toEqual(['error']);
    expect(bad(document)[0]?.attributes['message']).toMatch(/no finding/u);
  });

  it('has a suite a window, in the order of the run', () => {
    const names = named(readXml(renderJunit(gameDay().record)), 'testsuite').map(
      (each) => each.attributes['name'],
    );
    expect(names.slice(0, 3)).toEqual(['smoke', 'baseline/steady', 'replica-killed/during']);
    expect(names.at(-1)).toBe('verdict');
  });

  it('gives hostile text back as text', () => {
    const document = readXml(renderJunit(hostileRun().record));
    expect(named(document, 'img')).toEqual([]);
    expect(document.attributes['name']).toContain('<img src=x onerror=alert(1)>');
    expect(document.attributes['name']).toContain('\u{fffd}');
  });
});
