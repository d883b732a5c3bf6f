import type { FastifyInstance } from 'fastify';
import { resourcesKey, type App } from '../../app.ts';
import { notFound } from '../../http-errors.ts';
import { execute, kindNames } from './task-kinds.ts';
import { idParams, longText } from '../../routes/schemas.ts';
import { ofTenant, tenantOf } from '../../routes/tenant-scope.ts';

const columns = 'id, agent_id AS "agentId", kind, input, output, created_at AS "createdAt"';

/** Tasks: an agent carries one out at once, and what came of it is kept. */
export function taskRoutes(server: FastifyInstance, { store, cache, sabotage }: App): void {
  const whose = ofTenant(sabotage);
  const whoseKnowledge = ofTenant(sabotage, 'leaky-retrieval');
  server.post<{ Params: { id: string }; Body: { kind: string; input: string } }>(
    '/v1/agents/:id/tasks',
    {
      schema: {
        params: idParams,
        body: {
          type: 'object',
          properties: { kind: { type: 'string', enum: kindNames }, input: longText },
          required: ['kind', 'input'],
        },
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { kind, input } = request.body;
      const output = await execute(kind, input, tenant, store, whoseKnowledge);
      const { rows } = await store.write({
        name: 'tasks-insert',
        text: `INSERT INTO tasks (tenant_id, agent_id, kind, input, output)
          SELECT tenant_id, id, $3, $4, $5 FROM agents WHERE ${whose} AND id = $2
          RETURNING ${columns}`,
        values: [tenant, request.params.id, kind, JSON.stringify(input), JSON.stringify(output)],
      });
      if (rows[0] === undefined) return notFound(reply, 'agent');
      await cache.forget(resourcesKey(tenant));
      return reply.code(201).send({ ...rows[0], status: 'succeeded' });
    },
  );

  server.get<{ Params: { id: string } }>(
    '/v1/tasks/:id',
    { schema: { params: idParams } },
    async (request, reply) => {
      const [task] = await store.read({
        name: 'tasks-find',
        text: `SELECT ${columns} FROM tasks WHERE ${whose} AND id = $2`,
        values: [tenantOf(request), request.params.id],
      });
      return task === undefined ? notFound(reply, 'task') : { ...task, status: 'succeeded' };
    },
  );
}
