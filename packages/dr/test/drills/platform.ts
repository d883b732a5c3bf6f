import type { ServerResponse } from 'node:http';
import type { FaultDriver } from '@ordeal/shared/drivers/fault';
import type { Journal } from '@ordeal/shared/journal/journal';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { RunEvent } from '@ordeal/shared/timeline/event';
import type { PromotionMark, UndoEntry } from '@ordeal/shared/undo/entry';
import type { UndoLedger } from '@ordeal/shared/undo/ledger';
import { Pool } from 'pg';
import { createHaproxyRoute } from '../../src/drivers/haproxy/route.ts';
import type { PostgresNode } from '../../src/drivers/postgres/config.ts';
import { REJOIN_DRIVER } from '../../src/drivers/postgres/rejoin-driver.ts';
import { runningServer } from '../../src/drivers/postgres/server.ts';
import { createPostgresStore } from '../../src/drivers/postgres/store.ts';
import { edgeOf, type Edge } from '../drivers/edge.ts';
import { twoServers, type TwoServers } from '../drivers/two-servers.ts';

/** Two regions: in each a PostgreSQL server and a replica of a tiny API, behind one HAProxy. */
export interface TestPlatform {
  readonly servers: TwoServers;
  readonly edge: Edge;
  /** How a replica answers when nothing is wrong. */
  readonly answer: NonNullable<Edge['replicas'][string]>['answer'];
  readonly store: ReturnType<typeof createPostgresStore>;
  readonly route: ReturnType<typeof createHaproxyRoute>;
  /** Takes region a away, and brings it back. */
  readonly fault: FaultDriver;
  /** How often both servers were seen to accept writes at the same time. */
  twoWriters(): number;
  dispose(): Promise<void>;
}

export async function testPlatform(): Promise<TestPlatform> {
  // Commits on a wait for b, by a's command line: a switchover back has to manage with that.
  const servers = await twoServers({
    settings: (name) => ({ synchronous_standby_names: name === 'a' ? 'b' : '' }),
  });
  const edge = await edgeOf(['a1', 'b1']);
  const pools = [servers.a, servers.b].map((node) => poolOf(node));
  const replicas = Object.values(edge.replicas);
  for (const replica of replicas) {
    replica.ready = async () => (await writerOf(pools)) !== undefined;
    replica.answer = answer;
  }
  async function answer(path: string, response: ServerResponse): Promise<void> {
    const writer = await writerOf(pools);
    if (writer === undefined) return void response.writeHead(503).end();
    const id = /^\/write\/(\d+)$/.exec(path)?.[1];
    if (id !== undefined) await writer.query('INSERT INTO writes VALUES ($1)', [id]);
    const { rows } = await writer.query<{ id: number }>(
      path === '/all' ? 'SELECT id FROM writes' : 'SELECT 1 AS id',
    );
    response.end(JSON.stringify(rows.map((row) => row.id)));
  }
  const watch = watchWriters(pools);
  return {
    servers,
    edge,
    answer,
    store: createPostgresStore(servers.config),
    route: createHaproxyRoute({
      socket: edge.socket,
      backend: 'platform',
      servers: { a1: 'a', b1: 'b' },
      healthyWithinSeconds: 10,
    }),
    fault: regionFault(servers, edge),
    twoWriters: watch.seen,
    dispose: async () => {
      watch.stop();
      await edge.dispose();
      await Promise.all(pools.map((pool) => pool.end()));
      servers.dispose();
    },
  };
}

function poolOf(node: PostgresNode): Pool {
  const pool = new Pool({
    connectionString: node.url,
    max: 8,
    connectionTimeoutMillis: 5000,
    statement_timeout: 5000,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function isWriter(pool: Pool): Promise<boolean> {
  try {
    const { rows } = await pool.query<{ writer: boolean }>('SELECT NOT pg_is_in_recovery() AS writer');
    return rows[0]?.writer === true;
  } catch {
    return false;
  }
}

async function writerOf(pools: readonly Pool[]): Promise<Pool | undefined> {
  const writers = await Promise.all(pools.map(isWriter));
  return pools[writers.indexOf(true)];
}

function watchWriters(pools: readonly Pool[]): { seen: () => number; stop: () => void } {
  let seen = 0;
  const timer = setInterval(() => {
    void Promise.all(pools.map(isWriter)).then((writers) => {
      if (writers.every(Boolean)) seen += 1;
    });
  }, 25);
  return { seen: () => seen, stop: () => clearInterval(timer) };
}

function regionFault(servers: TwoServers, edge: Edge): FaultDriver {
  const replica = edge.replicas['a1'];
  return {
    kind: 'test-region',
    parse: (raw) => ({ ok: true, value: raw }),
    describe: () => 'region a is lost',
    targets: async () => [{ name: 'region a' }],
    inject: async (_config, { clock }) => {
      const sent = clock.now();
      servers.kill(servers.a);
      await replica?.kill();
      return [{ target: 'region a', sent, confirmed: clock.now(), detail: 'all processes gone' }];
    },
    status: async () => ({ state: 'absent' }),
    heal: async () => {
      if (runningServer(servers.a.dataDir) === undefined) servers.start(servers.a);
      await replica?.start();
    },
  };
}

/** A journal and an undo ledger in memory, and everything that happened to them in order. */
export interface Trace {
  readonly events: RunEvent[];
  /** `mark b`, `clear`, `push`, `settle` (of what a rejoin makes, `push rejoin`), and what the test adds. */
  readonly order: string[];
  readonly journal: Journal;
  readonly undo: UndoLedger;
}

export function trace(): Trace {
  const events: RunEvent[] = [];
  const order: string[] = [];
  const entries = new Map<string, UndoEntry>();
  let mark: PromotionMark | undefined;
  const note = (what: string, driver: string | undefined): void => {
    order.push(driver === REJOIN_DRIVER ? `${what} rejoin` : what);
  };
  return {
    events,
    order,
    journal: {
      append: (event) => {
        events.push(event);
        return { ...event, monotonicMs: systemClock.now(), at: new Date().toISOString() };
      },
    },
    undo: {
      push: (entry) => {
        const sequence = entries.size + 1;
        const full = { ...entry, id: `u${sequence}`, sequence, createdAt: new Date().toISOString() };
        entries.set(full.id, full);
        note('push', full.driver);
        return full;
      },
      settle: (id) => {
        note('settle', entries.get(id)?.driver);
        entries.delete(id);
      },
      open: () => [...entries.values()].toReversed(),
      markPromotion: (next) => {
        mark = next;
        order.push(`mark ${next.writer}`);
      },
      clearPromotion: () => {
        mark = undefined;
        order.push('clear');
      },
      promotion: () => mark,
      promotions: () => (mark === undefined ? [] : [mark]),
    },
  };
}
