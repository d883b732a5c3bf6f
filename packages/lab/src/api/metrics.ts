import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Store } from './store/store.ts';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.25, 0.5, 1, 2, 5];
/** What a known route may answer: its counters are there from the start, so that the first failure is seen. */
const STATUSES = [200, 201, 204, 400, 403, 404, 500, 503, 504];

/** The replica's own metrics. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #durations: Histogram<'method' | 'route'>;
  readonly #cacheErrors: Counter;

  constructor(store: Store) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 50 });
    this.#requests = new Counter({
      name: 'http_requests_total',
      help: 'Requests answered',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the request to the end of its answer',
      labelNames: ['method', 'route'],
      buckets: BUCKETS,
      registers,
    });
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
        for (const status of STATUSES) this.#requests.inc({ method: one, route: url, status }, 0);
        this.#durations.zero({ method: one, route: url });
      }
    });
    server.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'unknown';
      if (route !== '/metrics') {
        const { method } = request;
        this.#requests.inc({ method, route, status: reply.statusCode });
        this.#durations.observe({ method, route }, reply.elapsedTime / 1000);
      }
      done();
    });
  }
}
