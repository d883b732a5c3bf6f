import type { RequestTemplate } from './request-template.ts';

/** An open-loop client stream that sees outages, by the way that its clients take. */
export type ProbeSpec = HttpProbe | WebSocketProbe | PostgresProbe | RedisProbe;

interface Stream {
  readonly name: string;
  /** `pooled` keeps its connections; `fresh` connects anew for each attempt. */
  readonly connection: 'pooled' | 'fresh';
}

/** A request to the platform's entry. */
export interface HttpProbe extends Stream {
  readonly kind?: 'http';
  readonly request: RequestTemplate;
  readonly expectStatus: number;
}

/** A message and its answer over a WebSocket; its connection, where it is fresh, included. */
export interface WebSocketProbe extends Stream {
  readonly kind: 'websocket';
  /** Below the entry; variables are replaced as in a request. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Variables are replaced. Put `{{id}}` into it and into `expect`, lest another attempt's answer is taken for this one's. */
  readonly send: string;
  /** The attempt is good once a message came that holds this text. Variables are replaced. */
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
