import type { FastifyInstance } from 'fastify';
import type { Contract } from './contracts/contract.ts';

/** When the last request came that was no health check and no scrape. */
export interface Traffic {
  readonly lastAt: number;
}

/** Watches it. Register it before the routes. */
export function watchTraffic(server: FastifyInstance, { health }: Contract, now: () => number): Traffic {
  const aside: readonly string[] = [health.live, health.ready, '/metrics'];
  const traffic = { lastAt: -Infinity };
  server.addHook('onRequest', async (request) => {
    if (!aside.includes(request.routeOptions.url ?? '')) traffic.lastAt = now();
  });
  return traffic;
}
