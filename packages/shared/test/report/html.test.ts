import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { STYLE } from '../../src/report/html/style.ts';
import {
  emptyRun,
  failingRun,
  type FixtureRun,
  gameDay,
  hostileRun,
  inconclusiveRun,
  residueRun,
} from './fixture.ts';
import { entry } from './fixture-journal.ts';
import { allOf, type Element, named, readHtml } from './markup-check.ts';

const RUNS: readonly (readonly [string, () => FixtureRun])[] = [
  ['pass', gameDay],
  ['fail', failingRun],
  ['inconclusive', inconclusiveRun],
  ['residue', residueRun],
  ['empty', emptyRun],
  ['hostile', hostileRun],
];

function page(run: FixtureRun): Element {
  return readHtml(renderHtml(run.record, run.journal));
}

function withClass(root: Element, name: string): readonly Element[] {
  return allOf(root).filter((each) => each.attributes['class']?.split(' ').includes(name));
}

describe.each(RUNS)('HTML of the %s run', (_, run) => {
  const document = page(run());
  const elements = allOf(document);

  it('loads nothing, and forbids its browser to', () => {
    for (const element of elements) {
      for (const name of ['src', 'srcset', 'data', 'action', 'poster', 'style', 'xlink:href']) {
        expect(element.attributes).not.toHaveProperty(name);
      }
      expect(element.attributes['href'] ?? 'data:,').toBe('data:,');
      expect(Object.keys(element.attributes).filter((name) => name.startsWith('on'))).toEqual([]);
    }
    expect(STYLE).not.toMatch(/url\(|@import/u);
    const policy = elements.find((each) => each.attributes['http-equiv'])?.attributes['content'] ?? '';
    expect(policy).toContain("default-src 'none'");
    for (const name of ['script', 'style']) {
      const [code] = named(document, name).filter((each) => each.attributes['type'] === undefined);
      const digest = createHash('sha256')
        .update(code?.text ?? '')
        .digest('base64');
      expect(policy).toContain(`${name}-src 'sha256-${digest}'`);
    }
  });

  it('holds no elements but its own, and headings on every table', () => {
    expect(named(document, 'img')).toEqual([]);
    expect(named(document, 'script').length).toBeLessThanOrEqual(2);
    for (const table of named(document, 'table')) {
      expect(named(table, 'th').filter((each) => each.attributes['scope'] === 'col').length).toBeGreaterThan(
        0,
      );
      for (const row of named(table, 'tr')) expect(named(row, 'th').length).toBeGreaterThan(0);
    }
  });

  it('has no coordinate that is no number', () => {
    const drawings = named(document, 'svg').flatMap(allOf);
    const names = ['x', 'y', 'x1', 'x2', 'y1', 'y2', 'width', 'height'];
    const numbers = drawings.flatMap((each) => names.flatMap((name) => each.attributes[name] ?? []));
    expect(numbers.filter((value) => value === '' || !Number.isFinite(Number(value)))).toEqual([]);
    const widths = drawings.flatMap((each) => [
      each.attributes['width'] ?? '0',
      each.attributes['height'] ?? '0',
    ]);
    expect(widths.filter((value) => Number(value) < 0)).toEqual([]);
    const paths = drawings.map((each) => each.attributes['d'] ?? '');
    expect(paths.filter((path) => /NaN|undefined|Infinity/u.test(path))).toEqual([]);
  });
});

describe('HTML content', () => {
  it('shows verdict, reasons, drill, ledger and how to judge again', () => {
    const { text } = page(failingRun());
    expect(text).toContain('FAIL');
    expect(text).toContain('37 of 18,204 acknowledged writes were lost');
    expect(text).toContain('recovered after 41.3–41.6 s');
    expect(text).toContain('2 lost writes acknowledged after the fault');
    expect(text).toContain('does not agree');
    expect(text).toContain('none was seen: it proves nothing.');
    expect(text).toContain('ordeal judge 20260314-015840-gameday');
  });

  it('draws phases, faults, milestones, and gaps where nothing was measured', () => {
    const document = page(gameDay());
    expect(withClass(document, 'fault-bar')).toHaveLength(3);
    expect(withClass(document, 'mark')).toHaveLength(10);
    expect(withClass(document, 'edge')).toHaveLength(8);
    const [rate, latency] = withClass(document, 'rate').map((each) => each.attributes['d'] ?? '');
    expect(rate?.match(/M/gu)).toHaveLength(1);
    expect(latency?.match(/M/gu)).toHaveLength(2);
    expect(withClass(document, 'limit')).toHaveLength(1);
  });

  it('says an outcome in words and not by colour alone', () => {
    for (const tone of ['pass', 'fail', 'unknown']) {
      for (const word of withClass(page(failingRun()), 'word').filter((each) =>
        each.attributes['class']?.includes(tone),
      )) {
        expect(word.text).toMatch(/^[✔✖?] \S/u);
      }
    }
  });

  it('draws what a run that broke off has left open', () => {
    const { text } = page(residueRun());
    expect(text).toContain('not ended');
    expect(text).toContain('(not healed)');
    expect(text).toContain('not recovered (certainly not for 90 s)');
    expect(text).toContain('1 thing left behind.');
  });

  it('reads out each second without leaving its element', () => {
    const { record, journal } = hostileRun();
    const document = readHtml(renderHtml(record, journal));
    const data = named(document, 'script').find((each) => each.attributes['type'] === 'application/json');
    const rows: unknown = JSON.parse(data?.text ?? '');
    expect(rows).toHaveLength(179);
  });

  it('draws a day of load in a file that a browser opens', () => {
    const { record } = gameDay();
    const journal = Array.from({ length: 86_400 }, (_, second) =>
      entry(second, {
        type: 'load-second',
        requestsPerSecond: 100,
        failed: second === 40_000 ? 7 : 0,
        dropped: 0,
        p95Ms: 9,
      }),
    );
    const html = renderHtml(record, journal);
    expect(html.length).toBeLessThan(400_000);
    expect(html).toContain('7 failed');
  });
});

describe('contrast', () => {
  it.each([['light'], ['dark']])('of all text in %s is at least 4.5 to 1', (scheme) => {
    const blocks = [...STYLE.matchAll(/:root\{([^}]*)\}/gu)].map((match) => match[1] ?? '');
    const colours = new Map<string, string>();
    for (const block of scheme === 'light' ? blocks.slice(0, 1) : blocks) {
      for (const [, name, value] of block.matchAll(/--([a-z-]+):(#[0-9a-f]+)/gu)) {
        if (name !== undefined && value !== undefined) colours.set(name, value);
      }
    }
    expect(blocks).toHaveLength(2);
    for (const text of ['ink', 'soft', 'pass', 'fail', 'unknown', 'line', 'fault']) {
      for (const ground of ['paper', 'ground', 'band']) {
        const ratio = contrast(colours.get(text) ?? '', colours.get(ground) ?? '');
        expect(ratio, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});

/** WCAG 2.2, contrast ratio. */
function contrast(left: string, right: string): number {
  const [dark, light] = [luminance(left), luminance(right)].toSorted((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.replace(/[0-9a-f]/gu, '$&$&') : colour;
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
