import type { HttpRequest, HttpResponse } from './http.ts';
import type { JourneySocket, SocketRequest } from './socket.ts';

/**
 * What a journey may use. It is the same in Node and inside k6: nothing else may be reached, and every call that
 * returns a promise is awaited.
 *
 * Cookies are kept as a browser would, from the first request of an iteration to its last; the next one begins
 * without any.
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
    request: HttpRequest & {
      readonly expect?: number | readonly number[];
      /** Labels that this step's series carry besides its name. Few values each, or the series are without number. */
      readonly tags?: Readonly<Record<string, string>>;
    },
  ): Promise<HttpResponse>;
  /** Records whether something held. Whatever is not `true` fails the iteration, and the journey goes on. */
  check(name: string, held: boolean): Promise<boolean>;
  /**
   * Pauses as a user would. Where the journey only runs once, its first pause takes no time, so that the smoke gate is
   * fast; each further one does, as a journey that asks until something has come about pauses in between.
   */
  think(seconds: number): Promise<void>;
  /** Connects a WebSocket. Connecting is a step named `name`. */
  socket(name: string, request: SocketRequest): Promise<JourneySocket>;
  /**
   * This iteration's row of one of the journey's data sets. Each iteration gets the next one; when all were used it
   * begins with the first again, and the run's journal says so.
   */
  data<Row = Readonly<Record<string, string>>>(name: string): Row;
  /** One of the platform's secrets. They are kept out of logs. Throws when there is none of the name. */
  secret(name: string): string;
  /** Value of a cookie that the entry address would be sent now. */
  cookie(name: string): string | undefined;
}

/** A critical user flow, written once: smoke runs it once, load runs it at a rate. */
export interface Journey {
  readonly name: string;
  readonly title: string;
  /**
   * Data sets by name: files beside the journey's own (`{ users: './users.csv' }`). CSV has its columns' names in
   * the first line, JSON is an array. Written out, so that it can be read without running the journey.
   */
  readonly data?: Readonly<Record<string, `./${string}` | `../${string}`>>;
  run(context: JourneyContext): Promise<void>;
}

/** Defines a journey. The file that holds it must export it as default, and may import nothing but this module. */
export function defineJourney(journey: Journey): Journey {
  return journey;
}
