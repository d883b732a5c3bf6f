import type { FastifyInstance } from 'fastify';
import type { App } from '../app.ts';

/** Where a platform's health checks are. */
export interface HealthPaths {
  /** Says only that somebody answers. */
  readonly basic?: string;
  readonly live: string;
  readonly ready: string;
}

/** Whether the replica is there, works, and can take traffic. */
export function healthRoutes(
  server: FastifyInstance,
  { replica, readiness }: App,
  { basic, live, ready }: HealthPaths,
): void {
  if (basic !== undefined) server.get(basic, async () => ({ status: 'ok', replica }));
  server.get(live, async () => ({ status: 'ok' }));
  server.get(ready, async (_request, reply) => {
    const reasons = await readiness.reasons();
    return reasons.length === 0
      ? { status: 'ready' }
      : reply.code(503).send({ status: 'not ready', reasons });
  });
}
