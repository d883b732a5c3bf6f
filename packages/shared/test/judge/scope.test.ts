import { describe, expect, test } from 'vitest';
import {
  narrower,
  NO_SCOPE,
  parseScope,
  scopedSelectors,
  scopeOfInstances,
  scopeSignal,
  withMatchers,
  type Scope,
} from '../../src/judge/scope.ts';
import type { PrometheusSignal } from '../../src/objectives/signal.ts';
import { parseSelector } from '../../src/prometheus/selector.ts';

const v2: Scope = { text: 'version="v2"', labels: ['version'] };
const from = 'prometheus' as const;

describe('matchers', () => {
  test.each([
    ['version="v2"', 'version="v2"', ['version']],
    [' {version="v2", region=~"a|b",} ', 'version="v2", region=~"a|b"', ['version', 'region']],
    ['pod!~"old-.*",pod!=""', 'pod!~"old-.*",pod!=""', ['pod']],
    ['text="a}b,{c"', 'text="a}b,{c"', ['text']],
  ])('%s', (written, text, labels) => {
    expect(parseScope(written)).toEqual({ text, labels });
  });

  test.each([
    '',
    '{}',
    'version=v2',
    'version="v2',
    'version',
    'up{version="v2"}',
    'a="b"} or up{c="d"',
    'a="b",,',
  ])('"%s" are none', (written) => {
    expect(parseScope(written)).toBeUndefined();
  });

  test('of instances are exact, whatever signs their names hold', () => {
    const { text } = scopeOfInstances(['b.example:80', 'a+b:80']);
    const [matcher] = parseSelector(`{${text}}`)?.matchers ?? [];
    expect(matcher).toMatchObject({ label: 'instance', operator: '=~' });
    // As PromQL reads it: the text's escapes first, the pattern then, from end to end.
    const pattern = new RegExp(`^(?:${(matcher?.value ?? '').replaceAll('\\\\', '\\')})$`);
    expect(['a+b:80', 'b.example:80'].every((name) => pattern.test(name))).toBe(true);
    expect(['aab:80', 'bxexample:80', 'b.example:8080'].some((name) => pattern.test(name))).toBe(false);
  });

  test('of two scopes hold both', () => {
    expect(narrower(v2, { text: 'instance=~"x"', labels: ['instance'] })).toEqual({
      text: 'version="v2",instance=~"x"',
      labels: ['version', 'instance'],
    });
    expect(narrower(undefined, v2)).toBe(v2);
    expect(narrower(v2, undefined)).toBe(v2);
  });
});

test.each([
  ['up', 'up{version="v2"}'],
  ['up{}', 'up{version="v2"}'],
  ['up{job="api"}', 'up{job="api",version="v2"}'],
  ['up{job="api",}', 'up{job="api",version="v2"}'],
  ['  up { job = "a{b}c" } ', 'up {job = "a{b}c",version="v2"}'],
  ['{__name__=~"a|b"}', '{__name__=~"a|b",version="v2"}'],
])('%s becomes %s', (selector, expected) => {
  expect(withMatchers(selector, v2.text)).toBe(expected);
  expect(parseSelector(expected)?.rest).toBe('');
});

describe('every signal is narrowed in each of its selectors', () => {
  const signals: readonly (readonly [PrometheusSignal, number])[] = [
    [{ from, measure: 'ratio', bad: 'a{x="1"}', all: 'a' }, 2],
    [{ from, measure: 'availability', bad: 'a{x="1"}', all: 'a' }, 2],
    [{ from, measure: 'throughput', selector: 'a' }, 1],
    [{ from, measure: 'latency', quantile: 0.95, histogram: 'h', matchers: '' }, 1],
    [{ from, measure: 'latency', quantile: 0.95, histogram: 'h', matchers: 'a="b",', buckets: 'native' }, 1],
    [{ from, measure: 'latency-share', underMs: 100, histogram: 'h', matchers: 'a="b"' }, 1],
    [{ from, measure: 'gauge', selector: 'a', take: 'max' }, 1],
    [{ from, measure: 'saturation', used: { gauge: 'a' }, capacity: { gauge: 'b' } }, 2],
    [{ from, measure: 'saturation', used: { counter: 'a' }, capacity: { value: 2 }, by: ['pod'] }, 1],
    [{ from, measure: 'present', selector: 'a' }, 1],
    [{ from, measure: 'age', selector: 'a' }, 1],
    [
      {
        from,
        measure: 'burn-rate',
        bad: 'a',
        all: 'b',
        target: 0.99,
        windows: [{ longSeconds: 60, shortSeconds: 5, factor: 2 }],
      },
      2,
    ],
  ];
  test.each(signals)('%j', (signal, selectors) => {
    const scoped = scopeSignal(signal, v2, 'o');
    if (!scoped.ok) throw new Error('not narrowed');
    expect(JSON.stringify(scoped.value).match(/version=\\"v2\\"/g)).toHaveLength(selectors);
    expect(scopedSelectors(signal)).toHaveLength(selectors);
    // What is left of it without the scope is what it was.
    for (const [index, selector] of scopedSelectors(scoped.value).entries()) {
      const before = parseSelector(scopedSelectors(signal)[index] ?? '');
      const after = parseSelector(selector);
      expect(after?.metric).toBe(before?.metric);
      expect(after?.matchers).toEqual([
        ...(before?.matchers ?? []),
        { label: 'version', operator: '=', value: 'v2' },
      ]);
    }
  });

  test('alerts have labels of their own, and stay', () => {
    const signal = { from, measure: 'alerts-fired', alerts: 'severity="critical"' } as const;
    expect(scopeSignal(signal, v2, 'o')).toEqual({ ok: true, value: signal });
    expect(scopedSelectors(signal)).toEqual([]);
  });

  test('PromQL says itself where the matchers go, or is refused with a hint', () => {
    const promql = (query: string) =>
      ({ from, measure: 'promql', query, take: 'last', series: 'one' }) as const;
    expect(scopeSignal(promql('sum(a{$scope}) / sum(b{x="1",$scope})'), v2, 'o')).toEqual({
      ok: true,
      value: promql('sum(a{version="v2"}) / sum(b{x="1",version="v2"})'),
    });
    expect(scopeSignal(promql('sum(a)'), v2, 'objectives["x"]')).toMatchObject({
      ok: false,
      diagnostics: [{ path: 'objectives["x"].signal.query', found: 'sum(a)' }],
    });
  });

  test('without a scope the variable is filled with a matcher that fits everything, wherever it stands', () => {
    for (const text of [`a{${NO_SCOPE}}`, `a{${NO_SCOPE},x="1"}`, `a{x="1",${NO_SCOPE}}`]) {
      expect(parseSelector(text)?.rest).toBe('');
    }
  });
});
