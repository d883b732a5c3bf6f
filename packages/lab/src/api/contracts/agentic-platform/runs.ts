import type { FastifyInstance } from 'fastify';
import { resourcesKey, type App } from '../../app.ts';
import { shortText } from '../../routes/schemas.ts';
import { ofTenant, tenantOf } from '../../routes/tenant-scope.ts';

const params = { type: 'object', properties: { run: { ...shortText, minLength: 4 } }, required: ['run'] };

/** Documents of collections that begin with the run's id: a range, so that the index serves it. */
const OF_RUN = `collection >= $2 AND collection < $2 || U&'\\+10FFFF'`;

/** What a run has left at a tenant: agents that it labelled, their tasks, and its collections. */
export function runRoutes(server: FastifyInstance, { store, cache, documents, sabotage }: App): void {
  const whose = ofTenant(sabotage);
  server.get<{ Params: { run: string } }>('/v1/runs/:run', { schema: { params } }, async (request) => {
    const [row] = await store.read<{ left: number }>({
      name: 'runs-left',
      text: `SELECT (SELECT count(*) FROM agents WHERE ${whose} AND labels ->> 'run' = $2)::int
        + (SELECT count(*) FROM tasks JOIN agents ON agents.tenant_id = tasks.tenant_id AND agents.id = agent_id
            WHERE ${whose.replace('tenant_id', 'tasks.tenant_id')} AND labels ->> 'run' = $2)::int
        + (SELECT count(*) FROM documents WHERE ${whose} AND ${OF_RUN})::int AS left`,
      values: [tenantOf(request), request.params.run],
    });
    return { left: row!.left };
  });

  server.delete<{ Params: { run: string } }>('/v1/runs/:run', { schema: { params } }, async (request) => {
    const tenant = tenantOf(request);
    const { run } = request.params;
    documents.forget((document) => document.tenant === tenant && document.collection.startsWith(run));
    const { rows } = await store.write<{ deleted: number }>({
      name: 'runs-delete',
      text: `WITH gone_agents AS (
          DELETE FROM agents WHERE ${whose} AND labels ->> 'run' = $2 RETURNING 1
        ), gone_documents AS (DELETE FROM documents WHERE ${whose} AND ${OF_RUN} RETURNING 1)
        SELECT ((SELECT count(*) FROM gone_agents) + (SELECT count(*) FROM gone_documents))::int AS deleted`,
      values: [tenant, run],
    });
    await cache.forget(resourcesKey(tenant));
    return { deleted: rows[0]!.deleted };
  });
}
