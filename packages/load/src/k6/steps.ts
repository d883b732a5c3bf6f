import http, { type Params } from 'k6/http';
import type { ScriptSpec } from './script-spec.ts';

export type Expected = number | readonly number[] | undefined;

/** What of a step decides with which parameters it is sent. */
export interface StepDetails {
  readonly expect?: Expected;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** What requests of a script have in common, made once: making an object for each of them costs k6 dearly. */
export interface Steps {
  /** Steps of a journey in the name of a tenant. */
  of(journey: string, tenant: string): JourneySteps;
  /** Headers of a request that names none of its own. */
  headers(tenant: string, contentType: string | undefined): Readonly<Record<string, string>>;
  /** Tags of a step that names none of its own. */
  tags(journey: string, name: string): Record<string, string>;
}

export interface JourneySteps {
  /** All parameters of a request: the same ones again for a step that brings nothing of its own. */
  readonly params: (name: string, step: StepDetails, contentType: string | undefined) => Params;
}

/** Parameters that were made for a step, and what they were made for. */
interface Made {
  readonly expect: Expected;
  readonly contentType: string | undefined;
  readonly params: Params;
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

  const stepsOf = (journey: string, tenant: string): JourneySteps => {
    const latest = new Map<string, Made>();

    const make = (name: string, step: StepDetails, contentType: string | undefined): Params => {
      const usual = headers(tenant)(contentType);
      const named = tags(journey)(name);
      const params: Params = {
        headers: step.headers === undefined ? usual : { ...usual, ...step.headers },
        timeout: step.timeoutMs ?? spec.timeoutMs,
        redirects: 0,
        responseType: 'text',
        tags: step.tags === undefined ? named : { ...step.tags, ...named },
      };
      // Makes k6's own `expected_response` say what a journey expects. Without one k6 expects what a journey does that
      // says nothing; looking at one has its price.
      if (step.expect !== undefined) params.responseCallback = callbacks(String(step.expect));
      return params;
    };

    return {
      params(name, step, contentType) {
        const { expect } = step;
        if (step.headers !== undefined || step.tags !== undefined || step.timeoutMs !== undefined) {
          return make(name, step, contentType);
        }
        const known = latest.get(name);
        if (known !== undefined && known.expect === expect && known.contentType === contentType) {
          return known.params;
        }
        const params = make(name, step, contentType);
        if (known !== undefined || latest.size < MOST) latest.set(name, { expect, contentType, params });
        return params;
      },
    };
  };
  const known = remember((journey: string) => remember((tenant: string) => stepsOf(journey, tenant)));

  return {
    of: (journey, tenant) => known(journey)(tenant),
    headers: (tenant, contentType) => headers(tenant)(contentType),
    tags: (journey, name) => tags(journey)(name),
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
