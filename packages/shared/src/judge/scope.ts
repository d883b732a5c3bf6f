import type { HistogramSource, PrometheusSignal } from '../objectives/signal.ts';
import type { Diagnostic, Result } from '../platform/diagnostics.ts';
import { parseSelector, type Matcher } from '../prometheus/selector.ts';

/** Label matchers that narrow what is judged, for instance to the instances of a new version. */
export interface Scope {
  /** As PromQL writes them, without braces: `version="v2",region=~"a|b"`. */
  readonly text: string;
  /** The labels that they look at. */
  readonly labels: readonly string[];
}

/** Where a `promql` signal wants the scope's matchers; without a scope it is filled with one that fits everything. */
export const SCOPE_VARIABLE = '$scope';
/** Fits every series, also those without the label, and may stand anywhere among matchers. */
export const NO_SCOPE = 'job=~".*"';

/** Reads matchers as people write them, with or without braces around them. */
export function parseScope(written: string): Scope | undefined {
  const bare = written.trim().replace(/^\{([\s\S]*)\}$/, '$1');
  const selector = parseSelector(`{${bare}}`);
  if (selector === undefined || selector.rest !== '' || selector.matchers.length === 0) return undefined;
  return scopeOf(selector.matchers, bare);
}

/** Exactly these instances. */
export function scopeOfInstances(instances: readonly string[]): Scope {
  const text = `instance=~"${[...instances].sort().map(quoteRegex).join('|')}"`;
  return { text, labels: ['instance'] };
}

/** Both at once. */
export function narrower(left: Scope | undefined, right: Scope | undefined): Scope | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return { text: `${left.text},${right.text}`, labels: [...new Set([...left.labels, ...right.labels])] };
}

/**
 * The signal with the scope's matchers added to each of its selectors. Alerts are left as they are: they have labels
 * of their own. A `promql` signal without `$scope` cannot be narrowed, and is a mistake.
 */
export function scopeSignal(signal: PrometheusSignal, scope: Scope, path: string): Result<PrometheusSignal> {
  const add = (selector: string): string => withMatchers(selector, scope.text);
  switch (signal.measure) {
    case 'ratio':
    case 'availability':
    case 'burn-rate':
      return ok({ ...signal, bad: add(signal.bad), all: add(signal.all) });
    case 'throughput':
    case 'difference-to-client':
    case 'gauge':
    case 'present':
    case 'age':
      return ok({ ...signal, selector: add(signal.selector) });
    case 'latency':
    case 'latency-share':
      return ok({ ...signal, matchers: joined(signal.matchers, scope.text) });
    case 'saturation': {
      const { used, capacity } = signal;
      return ok({
        ...signal,
        used: 'gauge' in used ? { gauge: add(used.gauge) } : { counter: add(used.counter) },
        capacity: 'gauge' in capacity ? { gauge: add(capacity.gauge) } : capacity,
      });
    }
    case 'leak': {
      if ('gauge' in signal.of) return ok({ ...signal, of: { gauge: add(signal.of.gauge) } });
      const query = scopedQuery(signal.of.query, scope);
      return query === undefined
        ? { ok: false, diagnostics: [cannotBeScoped(signal.of.query, `${path}.signal.of.query`)] }
        : ok({ ...signal, of: { query } });
    }
    case 'alerts-fired':
    case 'alerts-firing':
    case 'seconds-to-alert':
      return ok(signal);
    case 'promql': {
      const query = scopedQuery(signal.query, scope);
      return query === undefined
        ? { ok: false, diagnostics: [cannotBeScoped(signal.query, `${path}.signal.query`)] }
        : ok({ ...signal, query });
    }
  }
}

/** Selectors that the scope narrows: of these, series without its labels would be left out unseen. */
export function scopedSelectors(signal: PrometheusSignal): readonly string[] {
  switch (signal.measure) {
    case 'ratio':
    case 'availability':
    case 'burn-rate':
      return [signal.bad, signal.all];
    case 'throughput':
    case 'difference-to-client':
    case 'gauge':
    case 'present':
    case 'age':
      return [signal.selector];
    case 'latency':
    case 'latency-share':
      return [histogramSelector(signal)];
    case 'saturation': {
      const { used, capacity } = signal;
      return ['gauge' in used ? used.gauge : used.counter, ...('gauge' in capacity ? [capacity.gauge] : [])];
    }
    case 'leak':
      return 'gauge' in signal.of ? [signal.of.gauge] : [];
    case 'alerts-fired':
    case 'alerts-firing':
    case 'seconds-to-alert':
    case 'promql':
      return [];
  }
}

/** A plain selector with more matchers. */
export function withMatchers(selector: string, matchers: string): string {
  const text = selector.trim();
  const open = text.indexOf('{');
  if (open === -1) return `${text}{${matchers}}`;
  return `${text.slice(0, open)}{${joined(text.slice(open + 1, -1), matchers)}}`;
}

function histogramSelector({ histogram, matchers, buckets }: HistogramSource): string {
  return `${histogram}${buckets === 'native' ? '' : '_bucket'}{${matchers}}`;
}

function scopeOf(matchers: readonly Matcher[], text: string): Scope {
  return {
    text: text.trim().replace(/,\s*$/, ''),
    labels: [...new Set(matchers.map(({ label }) => label))],
  };
}

function joined(matchers: string, more: string): string {
  const own = matchers.trim().replace(/,\s*$/, '');
  return own === '' ? more : `${own},${more}`;
}

function scopedQuery(query: string, scope: Scope): string | undefined {
  return query.includes(SCOPE_VARIABLE) ? query.replaceAll(SCOPE_VARIABLE, scope.text) : undefined;
}

function cannotBeScoped(query: string, path: string): Diagnostic {
  return {
    path,
    expected: `a query that says with ${SCOPE_VARIABLE} where the scope's matchers go`,
    found: query,
    hint: `write for instance up{job="api",${SCOPE_VARIABLE}}, or leave the objective out with --objective`,
  };
}

function ok(value: PrometheusSignal): Result<PrometheusSignal> {
  return { ok: true, value };
}

function quoteRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, (sign) => `\\\\${sign}`).replaceAll('"', '\\"');
}
