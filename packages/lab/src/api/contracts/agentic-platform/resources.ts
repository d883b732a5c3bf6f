import type { FastifyInstance } from 'fastify';
import { resourcesKey, type App } from '../../app.ts';
import { ofTenant, tenantOf } from '../../routes/tenant-scope.ts';

/** How long the other region may see an old list: only a region's own writes invalidate its cache. */
const TTL_MS = 1_000;

/** The newest of each kind, counted, in one statement: all three are of the same moment. */
const list = (whose: string) => ({
  name: 'resources-list',
  text: `SELECT
    (SELECT count(*)::int FROM agents WHERE ${whose}) AS agents,
    (SELECT count(*)::int FROM tasks WHERE ${whose}) AS tasks,
    (SELECT count(*)::int FROM documents WHERE ${whose}) AS documents,
    (SELECT coalesce(json_agg(row), '[]') FROM (
      SELECT id, name FROM agents WHERE ${whose} ORDER BY created_at DESC LIMIT 20) row) AS agent_items,
    (SELECT coalesce(json_agg(row), '[]') FROM (
      SELECT id, kind FROM tasks WHERE ${whose} ORDER BY created_at DESC LIMIT 20) row) AS task_items,
    (SELECT coalesce(json_agg(row), '[]') FROM (
      SELECT collection, count(*)::int AS documents FROM documents
      WHERE ${whose} GROUP BY collection ORDER BY collection LIMIT 20) row) AS document_items`,
});

interface Row extends Record<string, unknown> {
  readonly agents: number;
  readonly tasks: number;
  readonly documents: number;
  readonly agent_items: unknown;
  readonly task_items: unknown;
  readonly document_items: unknown;
}

/** What a tenant has. */
export function resourceRoutes(server: FastifyInstance, { store, cache, sabotage }: App): void {
  const statement = list(ofTenant(sabotage));
  server.get('/v1/resources', async (request, reply) => {
    const tenant = tenantOf(request);
    const key = resourcesKey(sabotage.includes('shared-cache') ? 'all' : tenant);
    const cached = await cache.get(key);
    reply.header('x-cache', cached === undefined ? 'miss' : 'hit');
    if (cached !== undefined) return cached;
    const [row] = await store.read<Row>({ ...statement, values: [tenant] });
    const resources = {
      agents: { count: row!.agents, items: row!.agent_items },
      tasks: { count: row!.tasks, items: row!.task_items },
      documents: { count: row!.documents, items: row!.document_items },
    };
    await cache.set(key, resources, TTL_MS);
    return resources;
  });
}
