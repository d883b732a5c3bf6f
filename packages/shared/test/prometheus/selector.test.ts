import { expect, test } from 'vitest';
import { parseSelector, scrapesSelector } from '../../src/prometheus/selector.ts';

test.each([
  ['up', 'up', '', 0],
  ['pg_up{job="postgres"} == 1', 'pg_up{job="postgres"}', ' == 1', 1],
  ['x{a="}",b=~"5..", c!="\\"" }>2', 'x{a="}",b=~"5..", c!="\\"" }', '>2', 3],
  ['{__name__="x"}', '{__name__="x"}', '', 1],
])('%s begins with a selector', (text, selector, rest, matchers) => {
  const parsed = parseSelector(text);
  expect(parsed).toMatchObject({ text: selector, rest });
  expect(parsed?.matchers).toHaveLength(matchers);
});

test.each(['sum(x)', '1 + x', 'x{a="b"', '', 'x{a=b}'])('%s begins with none', (text) => {
  expect(parseSelector(text)).toBeUndefined();
});

test('the scrapes behind a selector keep its target labels, and forgive those of the metric', () => {
  expect(scrapesSelector('x{job="api",region="a",status=~"5..",zone!="b",path="/a.b"}', ['api', 'b.c'])).toBe(
    '{__name__=~"up|scrape_duration_seconds|process_start_time_seconds",job=~"api|b\\\\.c",region=~"(?:a)?",status=~"(?:5..)?",zone!="b",path=~"(?:/a\\\\.b)?"}',
  );
});
