import type { z } from 'zod';
import type { Diagnostic, Result } from './diagnostics.ts';

type Issue = z.core.$ZodIssue;

/**
 * Checks `raw` against a schema and gives the value, or every mistake in it at once. `path` says where `raw`
 * stands, for instance `platform.ts: faults.db-gone.config`.
 *
 * A message that the schema states itself (`z.string({ error: '…' })`) becomes the diagnostic's hint; that of
 * a refinement (`.refine(check, '…')`) says what was expected, and its `params.hint` is the hint.
 */
export function fromZod<T>(schema: z.ZodType<T>, raw: unknown, path: string): Result<T> {
  // Files are read once or twice: to compile the schema first takes longer than it saves.
  const parsed = schema.safeParse(raw, { jitless: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, diagnostics: parsed.error.issues.flatMap((issue) => explain(issue, raw, path)) };
}

function explain(issue: Issue, raw: unknown, base: string): readonly Diagnostic[] {
  const at = joinPath(base, issue.path);
  const value = valueAt(raw, issue.path);
  const found = foundAt(at, value);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: joinPath(base, [...issue.path, key]),
      expected: 'no such field',
      found: foundAt(joinPath(at, [key]), valueAt(value, [key])),
      hint: `Remove \`${key}\`, or check its spelling.`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const key = show(String(issue.path.at(-1)));
    return issue.issues.map((one) => ({
      path: at,
      expected: `a name that is ${expectation(one)}`,
      found: key,
      hint: hintOf(one, key),
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const deeper = issue.errors.filter((errors) => errors.some((error) => error.path.length > 0));
    // The variant with the fewest mistakes is the one that was most likely meant.
    const nearest = deeper.toSorted((a, b) => a.length - b.length)[0];
    if (nearest !== undefined) return nearest.flatMap((error) => explain(error, value, at));
    const expected = [...new Set(issue.errors.flat().map(expectation))].join(', or ');
    return [{ path: at, expected, found, hint: hintOf(issue, value) }];
  }
  return [{ path: at, expected: expectation(issue), found, hint: hintOf(issue, value) }];
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? String(JSON.stringify(issue.values[0]))
        : `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `text that matches ${String(issue.pattern)}`
        : `a valid ${issue.format}`;
    case 'too_small':
      return bound('at least', 'more than', issue.minimum, issue.inclusive, issue.origin);
    case 'too_big':
      return bound('at most', 'less than', issue.maximum, issue.inclusive, issue.origin);
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_union': {
      const options = (issue as { options?: readonly unknown[] }).options;
      return options === undefined
        ? 'one of the variants that are described'
        : `one of ${options.map((option) => JSON.stringify(option)).join(', ')}`;
    }
    case 'custom':
      return issue.message;
    default:
      return issue.message;
  }
}

function hintOf(issue: Issue, value: unknown): string {
  if (issue.code === 'custom') {
    const hint: unknown = issue.params?.['hint'];
    return typeof hint === 'string' ? hint : 'Correct the value.';
  }
  if (!/^(?:Invalid|Too (?:big|small)|Unrecognized)/.test(issue.message)) return issue.message;
  if (value === undefined) return 'Add the field.';
  if (typeof value === 'number' && Number.isNaN(value))
    return 'NaN is no number; check where it is computed.';
  return 'Correct the value.';
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  function: 'a function',
};

function bound(
  atLimit: string,
  beyond: string,
  limit: number | bigint,
  inclusive = true,
  origin = '',
): string {
  const unit = { string: ' characters', array: ' entries', set: ' entries', object: ' fields' }[origin] ?? '';
  if (unit !== '' && inclusive && atLimit === 'at least' && limit === 1) {
    return origin === 'string' ? 'text that is not empty' : 'a list that is not empty';
  }
  return `${inclusive ? atLimit : beyond} ${limit}${unit}`;
}

function joinPath(base: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' || text.endsWith(' ') ? `${text}${name}` : `${text}.${name}`;
  }, base);
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
}

/** Fields whose values are secrets, or may hold one: of these only the kind of value is shown. */
const SECRET =
  /^(?:auth|authorization|bearer|credentials|headers|key|parameters|pass|password|secrets?|tenant|token)$/i;

/** What stands at a place, as a message may show it. */
function foundAt(path: string, value: unknown): string {
  // Before the colon stands the file, whose folders are nobody's secret.
  const fields = path.slice(path.indexOf(': ') + 1).split(/[^\w-]+/);
  return fields.some((name) => SECRET.test(name)) ? showKind(value) : show(value);
}

/** The value as a person would write it, short, and without what may be a secret. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  let text: string;
  try {
    text = JSON.stringify(value, (key, one: unknown) => (SECRET.test(key) ? '…' : one)) ?? String(value);
  } catch {
    text = 'a value that cannot be shown';
  }
  // Of an address neither credentials nor parameters are shown.
  text = text.replaceAll(/:\/\/[^\s"]*@/g, '://…@').replaceAll(/(:\/\/[^\s"?]*)\?[^\s"]+/g, '$1?…');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function showKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (value === '') return 'an empty text';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return TYPE_NAMES[typeof value] ?? `a ${typeof value}`;
  const fields = Object.keys(value);
  return fields.length === 0 ? 'an object without fields' : `an object with ${fields.join(', ')}`;
}
