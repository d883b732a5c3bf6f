import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricNames } from './contracts/contract.ts';
import type { Store } from './store/store.ts';

/** What a known route may answer: its counters are there from the start, so that the first failure is seen. */
const STATUSES = [200, 201, 204, 400, 401, 403, 404, 429, 500, 503, 504];

/** The replica's own metrics, under the platform's names. */
export class Metrics {
  readonly registry = new Registry();
  readonly #pathLabel: MetricNames['pathLabel'];
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #errors: Counter | undefined;
  readonly #cacheErrors: Counter;

  constructor(names: MetricNames, store: Store, version: string) {
    const registers = [this.registry];
    this.#pathLabel = names.pathLabel;
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 50 });
    const build = new Gauge({
      name: 'app_build_info',
      help: 'Always 1; its label says which version this is',
      labelNames: ['version'],
      registers,
    });
    build.set({ version }, 1);
    this.#requests = new Counter({
      name: names.requests,
      help: 'Requests answered',
      labelNames: ['method', names.pathLabel, 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: names.durations,
      help: 'Time from the request to the end of its answer',
      labelNames: ['method', names.pathLabel],
      buckets: [...names.buckets],
      registers,
    });
    if (names.errors !== undefined) {
      this.#errors = new Counter({
        name: names.errors,
        help: 'Requests that failed on this side',
        labelNames: [names.pathLabel],
        registers,
      });
    }
    this.#cacheErrors = new Counter({
      name: 'cache_errors_total',
      help: 'Commands that the cache did not carry out',
      registers,
    });
    const connections = new Gauge({
      name: 'db_pool_connections',
      help: 'Connections to the database; waiting are requests without one',
      labelNames: ['state'],
      registers,
      collect: () => {
        for (const state of ['idle', 'busy', 'waiting'] as const) {
          connections.set(
            { state },
            store.connections.reduce((total, node) => total + node[state], 0),
          );
        }
      },
    });
  }

  cacheError(): void {
    this.#cacheErrors.inc();
  }

  /** Counts every request, by its route. Register it before the routes. */
  observe(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) {
        if (one === 'HEAD' || url === '/metrics') continue;
        const path = { [this.#pathLabel]: url };
        for (const status of STATUSES) this.#requests.inc({ method: one, ...path, status }, 0);
        this.#durations.zero({ method: one, ...path });
        this.#errors?.inc(path, 0);
      }
    });
    server.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'unknown';
      if (route !== '/metrics') {
        const { method } = request;
        const path = { [this.#pathLabel]: route };
        this.#requests.inc({ method, ...path, status: reply.statusCode });
        this.#durations.observe({ method, ...path }, reply.elapsedTime / 1000);
        if (reply.statusCode >= 500) this.#errors?.inc(path);
      }
      done();
    });
  }
}
