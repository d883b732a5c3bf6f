import type { HttpResponse } from '@ordeal/shared/journey/http';
import type { RefinedResponse } from 'k6/http';

/** k6's response as journeys know one. Headers and body are only looked at when a journey asks for them. */
export class Answer implements HttpResponse {
  // Declared only: a class field is defined before it is set, which costs k6 twice for each answer.
  declare readonly status: number;
  declare readonly durationMs: number;
  declare readonly error?: string;
  declare private readonly response: RefinedResponse<'text'>;

  constructor(response: RefinedResponse<'text'>, status: number, durationMs: number) {
    this.response = response;
    this.status = status;
    this.durationMs = durationMs;
    if (status === 0) this.error = response.error;
  }

  get text(): string {
    return this.response.body ?? '';
  }

  /** Names in lower case, as they are in Node. */
  get headers(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(this.response.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
  }

  json<T = unknown>(): T | undefined {
    try {
      return JSON.parse(this.text) as T;
    } catch {
      return undefined;
    }
  }
}
