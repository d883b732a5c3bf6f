import type { QueryResult, QueryResultRow } from 'pg';
import { StoreUnavailable } from './errors.ts';
import { StoreNode, type Statement } from './node.ts';

const LOOK_EVERY_MS = 1_000;
const LOOK_AT_MOST_EVERY_MS = 100;

/**
 * The database, wherever its primary is. Finds it as libpq does with `target_session_attrs=read-write`; when
 * two nodes say that they are it, the one on the higher timeline was promoted later and is believed.
 */
export class Store {
  readonly #nodes: readonly StoreNode[];
  readonly #now: () => number;
  #writer: StoreNode | undefined;
  #looking: Promise<void> | undefined;
  #lookedAt = -Infinity;
  readonly #timer: NodeJS.Timeout;
  readonly #readFrom: string | undefined;

  constructor(
    urls: Readonly<Record<string, string>>,
    now: () => number,
    {
      readFrom,
      connectionWaitMs,
    }: {
      /** The node that is read from as long as it answers, whatever it is. */
      readonly readFrom?: string;
      /** A statement waits so long for a connection when all are taken. */
      readonly connectionWaitMs?: number;
    } = {},
  ) {
    this.#now = now;
    this.#readFrom = readFrom;
    this.#nodes = Object.entries(urls).map(([name, url]) => new StoreNode(name, url, connectionWaitMs));
    // A primary that was replaced may still answer: nothing but looking shows it.
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    void this.look();
  }

  get writer(): string | undefined {
    return this.#writer?.name;
  }

  get connections() {
    return this.#nodes.map((node) => node.connections);
  }

  /** Asks all nodes what they are, unless that was just done. Never rejects. */
  look(): Promise<void> {
    if (this.#looking === undefined && this.#now() - this.#lookedAt < LOOK_AT_MOST_EVERY_MS) {
      return Promise.resolve();
    }
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      this.#lookedAt = this.#now();
    });
    return this.#looking;
  }

  /** Reads from the primary, or from a standby while there is none. */
  async read<Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> {
    const first = await this.#readable();
    try {
      return (await first.run<Row>('read', statement)).rows;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await this.#lookAfter(first);
      const second = await this.#readable();
      if (second === first) throw nothingApplied(error);
      return (await second.run<Row>('read', statement)).rows;
    }
  }

  /** Resolves once the write is committed, as durably as the database is set up to. */
  async write<Row extends QueryResultRow>(statement: Statement): Promise<QueryResult<Row>> {
    const first = await this.#writable();
    try {
      return await first.run<Row>('write', statement);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await this.#lookAfter(first);
      // Tried again only where it has provably not been done, and somebody takes writes: perhaps the same node, which
      // was only slow to take a connection.
      if (error.applied === 'unknown' || this.#writer === undefined) throw error;
      return this.#writer.run<Row>('write', statement);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#nodes.map((node) => node.close()));
  }

  async #writable(): Promise<StoreNode> {
    if (this.#writer === undefined) await this.look();
    if (this.#writer === undefined) throw new StoreUnavailable('No database accepts writes', 'no');
    return this.#writer;
  }

  async #readable(): Promise<StoreNode> {
    if (this.#writer === undefined) await this.look();
    const answering = this.#nodes.filter(({ role }) => role !== 'unreachable');
    const node = answering.find(({ name }) => name === this.#readFrom) ?? this.#writer ?? answering[0];
    if (node === undefined) throw new StoreUnavailable('No database can be reached', 'no');
    return node;
  }

  async #lookAfter(suspect: StoreNode): Promise<void> {
    // What was found before the error says nothing: this look must have begun after it.
    await this.#looking;
    this.#lookedAt = -Infinity;
    await this.look();
    if (suspect.role !== 'primary' && this.#writer === suspect) this.#writer = undefined;
  }

  async #lookOnce(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.probe()));
    const primaries = this.#nodes.filter(({ role }) => role === 'primary');
    this.#writer = primaries.reduce<StoreNode | undefined>(
      (best, node) => (best === undefined || node.timeline > best.timeline ? node : best),
      undefined,
    );
  }
}

function nothingApplied(error: StoreUnavailable): StoreUnavailable {
  return new StoreUnavailable(error.message, 'no', error);
}
