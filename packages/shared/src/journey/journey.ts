import type { HttpRequest, HttpResponse } from './http.ts';

/**
 * What a journey may use. It is the same in Node and inside k6: nothing else may be reached, and every call
 * is awaited.
 */
export interface JourneyContext {
  /** Identifies the run. What a journey creates carries it, so that nothing stays behind. */
  readonly run: string;
  /** Unique for each time the journey runs: `<run>-<worker>-<iteration>`. */
  readonly id: string;
  /** The tenant that this iteration acts for. */
  readonly tenant: string;
  /** Sends one request. Its step name is `name`; without `expect` every status under 400 counts as success. */
  request(
    name: string,
    request: HttpRequest & { readonly expect?: number | readonly number[] },
  ): Promise<HttpResponse>;
  /** Records whether something held. A false one fails the iteration, and the journey goes on. */
  check(name: string, held: boolean): Promise<boolean>;
  /** Pauses as a user would; no pause when the journey only runs once. */
  think(seconds: number): Promise<void>;
}

/** A critical user flow, written once: smoke runs it once, load runs it at a rate. */
export interface Journey {
  readonly name: string;
  readonly title: string;
  run(context: JourneyContext): Promise<void>;
}

/** Defines a journey. The file that holds it must export it as default, and may import nothing but this module. */
export function defineJourney(journey: Journey): Journey {
  return journey;
}
