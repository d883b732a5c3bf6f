import type { FastifyInstance } from 'fastify';
import { resourcesKey, type App } from '../../app.ts';
import { notFound } from '../../http-errors.ts';
import { idParams, labels, shortText } from '../../routes/schemas.ts';
import { ofTenant, tenantOf } from '../../routes/tenant-scope.ts';

const columns = 'id, name, labels, created_at AS "createdAt"';

/** Agents: made, listed, read, deleted with their tasks. */
export function agentRoutes(server: FastifyInstance, { store, cache, sabotage }: App): void {
  const whose = ofTenant(sabotage);
  server.post<{ Body: { name: string; labels: Record<string, string> } }>(
    '/v1/agents',
    {
      schema: {
        body: { type: 'object', properties: { name: shortText, labels }, required: ['name'] },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { rows } = await store.write({
        name: 'agents-insert',
        text: `INSERT INTO agents (tenant_id, name, labels) VALUES ($1, $2, $3) RETURNING ${columns}`,
        values: [tenant, request.body.name, request.body.labels],
      });
      await cache.forget(resourcesKey(tenant));
      return reply.code(201).send(rows[0]);
    },
  );

  server.get('/v1/agents', async (request) => ({
    items: await store.read({
      name: 'agents-list',
      text: `SELECT ${columns} FROM agents WHERE ${whose} ORDER BY created_at DESC LIMIT 100`,
      values: [tenantOf(request)],
    }),
  }));

  server.get<{ Params: { id: string } }>(
    '/v1/agents/:id',
    { schema: { params: idParams } },
    async (request, reply) => {
      const [agent] = await store.read({
        name: 'agents-find',
        text: `SELECT ${columns} FROM agents WHERE ${whose} AND id = $2`,
        values: [tenantOf(request), request.params.id],
      });
      return agent ?? notFound(reply, 'agent');
    },
  );

  server.delete<{ Params: { id: string } }>(
    '/v1/agents/:id',
    { schema: { params: idParams } },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { rowCount } = await store.write({
        name: 'agents-delete',
        text: `DELETE FROM agents WHERE ${whose} AND id = $2`,
        values: [tenant, request.params.id],
      });
      await cache.forget(resourcesKey(tenant));
      return rowCount === 0 ? notFound(reply, 'agent') : reply.code(204).send();
    },
  );
}
