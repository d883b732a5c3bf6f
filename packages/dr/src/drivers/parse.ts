import type { ZodType } from 'zod';
import type { Diagnostic, Result } from '@ordeal/shared/platform/diagnostics';

/** Checks a driver's configuration, and turns everything that is wrong with it into diagnostics at once. */
export function parseConfig<T>(schema: ZodType<T>, raw: unknown, path: string, hint: string): Result<T> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { ok: true, value: parsed.data };
  const diagnostics = parsed.error.issues.map((issue): Diagnostic => {
    const keys = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    return {
      path: path + keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join(''),
      expected: expectation(issue),
      found: keys.some((key) => secret.test(String(key)))
        ? 'a value that is not shown'
        : describe(keys.reduce<unknown>(child, raw)),
      hint,
    };
  });
  return { ok: false, diagnostics };
}

function expectation(issue: { code: string; message: string; expected?: string; keys?: string[] }): string {
  if (issue.code === 'unrecognized_keys') return `no key ${(issue.keys ?? []).join(', ')}`;
  if (issue.code === 'invalid_type' && issue.expected !== undefined)
    return `a value of type ${issue.expected}`;
  return issue.message;
}

function child(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

/** Fields that hold secrets, or may. */
const secret = /^(credentials|accessKeyId|secretAccessKey|sessionToken|password|secret|token)$/i;

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, (key, one: unknown) => (secret.test(key) ? '…' : one)).replaceAll(
    /:\/\/[^\s"@]*@/g,
    '://…@',
  );
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
