import type { FastifyInstance } from 'fastify';
import type { Tenants } from '../../tenants.ts';
import { notFound } from '../../http-errors.ts';

/** Tenants, and where their data may be. */
export function tenantRoutes(server: FastifyInstance, tenants: Tenants): void {
  server.get('/v1/tenants', async () => ({ items: await tenants.all() }));
  server.get<{ Params: { id: string } }>('/v1/tenants/:id', async (request, reply) => {
    return (await tenants.find(request.params.id)) ?? notFound(reply, 'tenant');
  });
}
