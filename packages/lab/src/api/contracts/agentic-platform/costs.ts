import type { FastifyInstance } from 'fastify';
import type { App } from '../../app.ts';
import { ofTenant, tenantOf } from '../../routes/tenant-scope.ts';

/** So long a report keeps its connection, as one over a month's calls, tokens and queries does. */
const SECONDS = 0.7;

/** What a tenant has used, put together anew for each request: the one thing of the platform that takes long. */
export function costRoutes(server: FastifyInstance, { store, sabotage }: App): void {
  const whose = ofTenant(sabotage);
  server.get('/v1/reports/costs', async (request) => {
    const tenant = tenantOf(request);
    const [row] = await store.read<{ agents: number; tasks: number; documents: number; bytes: number }>({
      name: 'costs',
      text: `SELECT
          (SELECT count(*)::int FROM agents WHERE ${whose}) AS agents,
          (SELECT count(*)::int FROM tasks WHERE ${whose}) AS tasks,
          (SELECT count(*)::int FROM documents WHERE ${whose}) AS documents,
          (SELECT coalesce(sum(length(body)), 0)::int FROM documents WHERE ${whose}) AS bytes
        FROM pg_sleep($2)`,
      values: [tenant, SECONDS],
    });
    return { tenant, used: row };
  });
}
