import type { HttpClient, HttpRequest } from '@ordeal/shared/journey/http';
import type { JourneyContext } from '@ordeal/shared/journey/journey';

/** What went wrong in a journey, one sentence each. */
export type Failures = string[];

/** A journey's context in Node: steps go to the client, and everything that did not hold is kept. */
export function journeyContext(
  client: HttpClient,
  identity: { readonly run: string; readonly id: string; readonly tenant: string },
  failures: Failures,
): JourneyContext {
  return {
    ...identity,
    async request(name, request) {
      const response = await client.request(request);
      const expected = request.expect;
      if (!isExpected(response.status, expected)) {
        failures.push(
          `${name}: expected ${describe(expected)}, got ${answerOf(response)} (${line(request)})`,
        );
      }
      return response;
    },
    async check(name, held) {
      if (!held) failures.push(`check "${name}" did not hold`);
      return held;
    },
    async think() {},
  };
}

function isExpected(status: number, expected: number | readonly number[] | undefined): boolean {
  if (expected === undefined) return status >= 200 && status < 400;
  return typeof expected === 'number' ? status === expected : expected.includes(status);
}

function describe(expected: number | readonly number[] | undefined): string {
  if (expected === undefined) return 'a status under 400';
  return typeof expected === 'number' ? `status ${expected}` : `one of ${expected.join(', ')}`;
}

function answerOf(response: {
  readonly status: number;
  readonly error?: string;
  readonly text: string;
}): string {
  return response.status === 0 ? `no answer: ${response.error ?? 'unknown'}` : `status ${response.status}`;
}

function line(request: HttpRequest): string {
  return `${request.method ?? 'GET'} ${request.path}`;
}
