import type { RequestTemplate } from './request-template.ts';

/** An open-loop client stream that sees outages, by the way that its clients take. */
export type ProbeSpec = HttpProbe | WebSocketProbe | SessionProbe | PostgresProbe | RedisProbe;

interface Stream {
  readonly name: string;
  /** `pooled` keeps its connections; `fresh` connects anew for each attempt. */
  readonly connection: 'pooled' | 'fresh';
}

/**
 * How a client keeps where a name has led it: for as long as the answer says; not at all, so that each connection asks
 * anew; or for ever, as many a runtime does.
 */
export type NameKeeping = 'for its TTL' | 'not at all' | 'for ever';

/** A stream to the platform's entry. */
interface EntryStream extends Stream {
  /** Where the platform is found by name (`byName`). Default: for its TTL. */
  readonly keepsName?: NameKeeping;
}

/** A request to the platform's entry. */
export interface HttpProbe extends EntryStream {
  readonly kind?: 'http';
  readonly request: RequestTemplate;
  readonly expectStatus: number;
}

/** A message and its answer over a WebSocket; its connection, where it is fresh, included. */
export interface WebSocketProbe extends EntryStream {
  readonly kind: 'websocket';
  /** Below the entry; variables are replaced as in a request. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Variables are replaced. Put `{{id}}` into it and into `expect`, lest another attempt's answer is taken for this one's. */
  readonly send: string;
  /** The attempt is good once a message came that holds this text. Variables are replaced. */
  readonly expect: string;
}

/**
 * Users who each keep a WebSocket, and connect anew as soon as theirs is cut. An attempt is a message of one of them
 * and its answer. `{{id}}` is the user.
 */
export interface SessionProbe extends EntryStream {
  readonly kind: 'sessions';
  readonly connection: 'pooled';
  /** How many there are; more, where the timeout holds more attempts than that. */
  readonly sessions: number;
  /** Each user's first request: the cookies that it sets are sent with each of that user's connections. */
  readonly login?: RequestTemplate;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly send: string;
  /** A message that holds this text is the answer. */
  readonly expect: string;
}

/** A statement, straight to PostgreSQL or to what stands before it. It is good when it was carried out. */
export interface PostgresProbe extends Stream {
  readonly kind: 'postgres';
  /** `postgresql://user:password@host:port/database`. Secret: it appears in no message and no file. */
  readonly url: string;
  /** Variables are replaced by parameters: `INSERT INTO seen (id) VALUES ({{id}})`. */
  readonly sql: string;
}

/** A command, straight to Redis or to what stands before it. It is good when the answer is no error. */
export interface RedisProbe extends Stream {
  readonly kind: 'redis';
  /** `redis://user:password@host:port`, or `rediss://`. Secret: it appears in no message and no file. */
  readonly url: string;
  /** Variables are replaced in each word. */
  readonly command: readonly string[];
}
