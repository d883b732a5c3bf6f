import http from 'k6/http';
import type { ScriptSpec } from './script-spec.ts';

export type Expected = number | readonly number[] | undefined;

/** What requests of a script have in common, made once: making an object for each of them costs k6 dearly. */
export interface Steps {
  /** Headers of a request that names none of its own. */
  headers(tenant: string, contentType: string | undefined): Readonly<Record<string, string>>;
  /** Tags of a step that names none of its own. */
  tags(journey: string, name: string): Record<string, string>;
  /** Makes k6's own `expected_response` say what a journey expects. */
  callback(expected: number | readonly number[]): ReturnType<typeof http.expectedStatuses>;
}

export function createSteps(spec: ScriptSpec): Steps {
  const headers = remember((tenant: string) =>
    remember((contentType: string | undefined) => ({
      ...spec.headers,
      ...(tenant === '' ? {} : { [spec.tenantHeader]: tenant }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    })),
  );
  const tags = remember((journey: string) => remember((name: string) => ({ name, journey })));
  const callbacks = remember((key: string) => http.expectedStatuses(...key.split(',').map(Number)));
  return {
    headers: (tenant, contentType) => headers(tenant)(contentType),
    tags: (journey, name) => tags(journey)(name),
    callback: (expected) => callbacks(String(expected)),
  };
}

export function isExpected(status: number, expected: Expected): boolean {
  if (expected === undefined) return status >= 200 && status < 400;
  return typeof expected === 'number' ? status === expected : expected.includes(status);
}

/** Values that are kept at most: a step's name should not hold an id, but one that does must not fill the memory. */
const MOST = 1000;

/** A function that remembers what it has returned. */
function remember<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = make(key);
    if (known.size < MOST) known.set(key, made);
    return made;
  };
}
