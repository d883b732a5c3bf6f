import { Client, Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { within } from './deadline.ts';
import { classify, StoreUnavailable } from './errors.ts';
import { Turns } from './turns.ts';

const PROBE_WITHIN_MS = 300;
const CONNECT_WITHIN_MS = 500;
const QUERY_WITHIN_MS = 1_000;
const POOL_SIZE = 8;

/** So many connections, and who may have one of them. */
interface Connections {
  readonly pool: Pool;
  readonly turns: Turns;
}

/** A prepared statement with its values. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export type NodeRole = 'primary' | 'standby' | 'unreachable';

const PROBE = {
  name: 'probe',
  text: `SELECT CASE WHEN pg_is_in_recovery() THEN 0
    ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline`,
};

/** One PostgreSQL server: what it is at the moment, and connections to it. */
export class StoreNode {
  readonly name: string;
  readonly #url: string;
  readonly #waitMs: number;
  #role: NodeRole = 'unreachable';
  #timeline = 0;
  #prober: Client | undefined;
  #probing: Promise<void> | undefined;
  /** Writes that wait for a lost standby must not keep reads from a connection. */
  #pools: { readonly read: Connections; readonly write: Connections };
  /** Connections whose statement was given up by its caller, but not yet by the server. */
  readonly #held = new Set<() => void>();

  /** `waitMs`: a statement waits so long for a connection when all are taken. */
  constructor(name: string, url: string, waitMs = CONNECT_WITHIN_MS) {
    this.name = name;
    this.#url = url;
    this.#waitMs = waitMs;
    this.#pools = this.#openPools();
  }

  get role(): NodeRole {
    return this.#role;
  }

  /** Of a primary; 0 otherwise. */
  get timeline(): number {
    return this.#timeline;
  }

  get connections(): { readonly idle: number; readonly busy: number; readonly waiting: number } {
    const pools = Object.values(this.#pools);
    const sum = (of: (one: Connections) => number) => pools.reduce((total, one) => total + of(one), 0);
    return {
      idle: sum(({ pool }) => pool.idleCount),
      busy: sum(({ pool }) => pool.totalCount - pool.idleCount),
      waiting: sum(({ turns }) => turns.waiting),
    };
  }

  /** Asks the server what it is. Never rejects: one that does not answer in time is unreachable. */
  probe(): Promise<void> {
    this.#probing ??= this.#probeOnce().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  /** Rejects with `StoreUnavailable` when the server is to blame. */
  async run<Row extends QueryResultRow>(
    use: 'read' | 'write',
    statement: Statement,
  ): Promise<QueryResult<Row>> {
    const { pool, turns } = this.#pools[use];
    let client: PoolClient;
    let giveBack = (): void => undefined;
    try {
      giveBack = await turns.take(this.#waitMs);
      client = await pool.connect();
    } catch (error) {
      giveBack();
      throw new StoreUnavailable(`Cannot connect to ${this.name}: ${(error as Error).message}`, 'no', error);
    }
    const running = client.query<Row>({ ...statement, values: [...statement.values] });
    const release = once((error?: Error) => {
      this.#held.delete(abandon);
      client.release(error);
      giveBack();
    });
    const abandon = () => release(new Error('abandoned'));
    // A statement that was given up keeps its connection until the server has finished with it. Were it closed
    // instead, a server whose commits hang would collect one hanging backend for each attempt.
    this.#held.add(abandon);
    running.then(
      () => release(),
      (error: Error) => release(error),
    );
    try {
      return await within(
        running,
        QUERY_WITHIN_MS,
        `${this.name} did not answer within ${QUERY_WITHIN_MS} ms`,
      );
    } catch (error) {
      throw classify(error);
    }
  }

  async close(): Promise<void> {
    this.#dropConnections();
    await Promise.all(Object.values(this.#pools).map(({ pool }) => pool.end()));
  }

  async #probeOnce(): Promise<void> {
    try {
      const timeline = await within(this.#askTimeline(), PROBE_WITHIN_MS, 'no answer');
      this.#timeline = timeline;
      this.#role = timeline === 0 ? 'standby' : 'primary';
    } catch {
      this.#timeline = 0;
      this.#role = 'unreachable';
      this.#dropConnections();
    }
  }

  async #askTimeline(): Promise<number> {
    if (this.#prober === undefined) {
      const client = new Client({ connectionString: this.#url, connectionTimeoutMillis: PROBE_WITHIN_MS });
      this.#prober = client;
      client.on('error', () => {
        if (this.#prober === client) this.#prober = undefined;
      });
      await client.connect();
    }
    const { rows } = await this.#prober.query<{ timeline: number }>(PROBE);
    return rows[0]!.timeline;
  }

  /** Connections to a server that does not answer are of no use any more: new ones are made when it does. */
  #dropConnections(): void {
    const prober = this.#prober;
    this.#prober = undefined;
    prober?.end().catch(() => undefined);
    const old = this.#pools;
    if (old.read.pool.totalCount + old.write.pool.totalCount === 0) return;
    this.#pools = this.#openPools();
    for (const abandon of this.#held) abandon();
    for (const { pool, turns } of Object.values(old)) {
      turns.close(new Error('it does not answer'));
      pool.end().catch(() => undefined);
    }
  }

  #openPools() {
    return { read: this.#openConnections(), write: this.#openConnections() };
  }

  #openConnections(): Connections {
    return { pool: this.#openPool(), turns: new Turns(POOL_SIZE) };
  }

  #openPool(): Pool {
    const pool = new Pool({
      connectionString: this.#url,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      statement_timeout: QUERY_WITHIN_MS,
      idleTimeoutMillis: 30_000,
    });
    // Without these the replica would die together with the server.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}

function once<Argument>(act: (argument?: Argument) => void): (argument?: Argument) => void {
  let done = false;
  return (argument) => {
    if (done) return;
    done = true;
    act(argument);
  };
}
