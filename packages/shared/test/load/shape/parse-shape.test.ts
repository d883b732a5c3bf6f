import { describe, expect, it } from 'vitest';
import { parseShape, shapeKinds, type ShapeOptions } from '../../../src/load/shape/parse-shape.ts';
import {
  planShape,
  shapeCeiling,
  shapeSeconds,
  type PlannedShape,
} from '../../../src/load/shape/plan-shape.ts';

const base = { rate: 50, maxRate: 400 };

function shape(kind: string, options: ShapeOptions = {}) {
  const parsed = parseShape(kind, options, base);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value;
}

function mistakes(kind: string, options: ShapeOptions = {}) {
  const parsed = parseShape(kind, options, base);
  return parsed.ok ? [] : parsed.diagnostics;
}

function planned(kind: string, options: ShapeOptions = {}) {
  return planShape(shape(kind, options) as PlannedShape);
}

describe('a shape', () => {
  it('has defaults that come from the platform', () => {
    expect(shape('baseline')).toEqual({ kind: 'baseline', rate: 50, seconds: 120, warmUpSeconds: 10 });
    expect(shape('peak')).toMatchObject({ rate: 100 });
    expect(shape('soak')).toMatchObject({ rate: 50, seconds: 14_400, warmUpSeconds: 600 });
    expect(shape('spike')).toMatchObject({ rate: 50, spikeRate: 500, holdSeconds: 30 });
    expect(shape('soak', { for: '5m' })).toMatchObject({ warmUpSeconds: 30 });
    expect(shape('stress')).toMatchObject({ from: 50, to: 400 });
    expect(shape('script')).toEqual({ kind: 'script', ceiling: 400, seconds: 600, warmUpSeconds: 5 });
  });

  it('of a spike is as high as the platform says, unless the line says otherwise', () => {
    const own = { ...base, spike: 3 };
    expect(parseShape('spike', {}, own)).toMatchObject({ value: { spikeRate: 150 } });
    expect(parseShape('spike', { spike: '2x' }, own)).toMatchObject({ value: { spikeRate: 100 } });
  });

  it('takes overrides in one line', () => {
    expect(shape('stress', { rate: '50..2000', for: '2m' })).toMatchObject({
      from: 50,
      to: 2000,
      seconds: 120,
    });
    expect(shape('peak', { peak: '3x', rate: '0.1' })).toMatchObject({ rate: 0.3 });
    expect(shape('baseline', { rate: '90/m', for: '1h30m', 'warm-up': '0' })).toEqual({
      kind: 'baseline',
      rate: 1.5,
      seconds: 5400,
      warmUpSeconds: 0,
    });
    expect(shape('spike', { spike: '2.5x', for: '5s', after: '20s' })).toMatchObject({
      spikeRate: 125,
      holdSeconds: 5,
      afterSeconds: 20,
      settleSeconds: 10,
    });
    expect(shape('stages', { stages: '30s@0..100, 5m@100,1m@100..50' })).toMatchObject({
      legs: [
        { seconds: 30, from: 0, to: 100 },
        { seconds: 300, from: 100, to: 100 },
        { seconds: 60, from: 100, to: 50 },
      ],
    });
  });

  it.each([
    ['baseline', { rate: '-5' }, /--rate.*"-5" is not a rate/],
    ['baseline', { rate: '0' }, /above zero/],
    ['baseline', { rate: 'fast' }, /--rate.*for instance 50, 0\.5 or 90\/m/],
    ['baseline', { for: '-2m' }, /--for.*negative/],
    ['baseline', { for: '90' }, /--for.*no unit/],
    ['stress', { rate: '50' }, /range of rates.*50\.\.2000/],
    ['stress', { rate: '200..100' }, /does not rise/],
    ['stress', { rate: '1..x' }, /"x" is not a rate/],
    ['spike', { spike: '1x' }, /factor above one/],
    ['spike', { spike: '10' }, /factor above one.*10x/],
    ['spike', { after: '20s', settle: '30s' }, /--settle.*less than the time after/],
    ['script', { rate: '9' }, /--rate.*10 or more.*9\/s/],
    ['script', { stages: '5m@1' }, /--stages.*option of shape script/],
    ['stages', {}, /--stages.*nothing/],
    ['stages', { stages: '5m' }, /Stage 1.*not one duration and one rate/],
    ['stages', { stages: '5m@10,2m@x' }, /Stage 2.*"x" is not a rate/],
    ['stages', { stages: '5m@1..2..3' }, /not one rate, nor two/],
    ['stages', { stages: '5m@0' }, /no stage with a rate/],
    ['baseline', { spike: '10x' }, /--spike.*option of shape baseline: --rate, --for, --warm-up/],
    ['spkie', {}, /shape.*did you mean "spike"/],
    ['toString', {}, /baseline, peak/],
  ] as const)('%s with %o is a mistake that says what to write', (kind, options, message) => {
    const found = mistakes(kind, options);
    expect(found).toHaveLength(1);
    expect(Object.values(found[0]!).join(' ')).toMatch(message);
  });

  it('comes with every mistake at once', () => {
    const paths = mistakes('baseline', { rate: 'x', for: '1', foo: '2' }).map(({ path }) => path);
    expect(paths.sort()).toEqual(['--foo', '--for', '--rate']);
  });

  it('needs a platform that allows more than its usual rate to be stressed', () => {
    const parsed = parseShape('stress', {}, { rate: 50, maxRate: 50 });
    expect(parsed).toMatchObject({ ok: false, diagnostics: [{ path: '--rate', found: '50..50' }] });
  });
});

describe("a shape's plan", () => {
  it('leaves warm-up out of the window', () => {
    expect(planned('soak', { for: '2h' })).toEqual({
      legs: [{ seconds: 7800, from: 50, to: 50 }],
      windows: [{ name: 'soak', from: 600, to: 7800 }],
    });
  });

  it('of a spike has windows before, during and after, and a time to settle', () => {
    expect(
      planned('spike', { before: '20s', for: '10s', after: '60s', settle: '15s', 'warm-up': '5s' }),
    ).toEqual({
      legs: [
        { seconds: 25, from: 50, to: 50 },
        { seconds: 10, from: 500, to: 500 },
        { seconds: 60, from: 50, to: 50 },
      ],
      windows: [
        { name: 'before', from: 5, to: 25 },
        { name: 'during', from: 25, to: 35 },
        { name: 'after', from: 50, to: 95 },
      ],
      settle: { from: 35, withinSeconds: 15 },
    });
  });

  it('of stages has a window for each plateau, none for ramps and pauses', () => {
    const { windows } = planned('stages', { stages: '10s@5..50,1m@50,5s@0,3s@80,1m@100' });
    expect(windows).toEqual([
      { name: 'plateau 1 at 50/s', from: 15, to: 70 },
      { name: 'plateau 2 at 100/s', from: 83, to: 138 },
    ]);
  });

  it('knows its length and its highest rate, whatever the shape', () => {
    const options: Readonly<Record<string, ShapeOptions>> = { stages: { stages: '10s@5..70,1m@60' } };
    const known = shapeKinds.map((kind) => {
      const one = shape(kind, options[kind]);
      return [kind, shapeSeconds(one), shapeCeiling(one)];
    });
    expect(known).toEqual([
      ['baseline', 130, 50],
      ['peak', 130, 100],
      ['spike', 160, 500],
      ['soak', 15_000, 50],
      ['stages', 70, 70],
      ['script', 600, 400],
      ['stress', 333, 400],
    ]);
  });
});
