import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Sabotage } from '../../sabotage.ts';
import type { Tenants } from '../tenants.ts';

const HEADER = 'x-tenant-id';
/** To whom everything belongs on a platform that knows no tenants. */
const EVERYBODY = 'ordeal';

/** The tenant that a request acts for. Every statement that it leads to is bound to it. */
export function tenantOf(request: FastifyRequest): string {
  const tenant = request.headers[HEADER];
  return typeof tenant === 'string' ? tenant : '';
}

/** What bounds a statement to the tenant that is its first value, unless the lab was told to mix them, or by `leak`. */
export function ofTenant(sabotage: readonly Sabotage[], leak: Sabotage = 'mixed-tenants'): string {
  return sabotage.includes('mixed-tenants') || sabotage.includes(leak) ? `$1 <> ''` : 'tenant_id = $1';
}

/** Refuses requests that name no tenant (400), or one that there is not (403). */
export function requireTenant(server: FastifyInstance, tenants: Tenants): void {
  server.addHook('preHandler', async (request, reply) => {
    const tenant = tenantOf(request);
    if (tenant === '') return reply.code(400).send({ error: `the header ${HEADER} is missing` });
    if (!(await tenants.exists(tenant))) return reply.code(403).send({ error: `no tenant "${tenant}"` });
    return undefined;
  });
}

/** For platforms without tenants: whatever a client says, its data is everybody's. */
export function oneTenant(server: FastifyInstance): void {
  server.addHook('onRequest', async (request) => {
    request.headers[HEADER] = EVERYBODY;
  });
}
