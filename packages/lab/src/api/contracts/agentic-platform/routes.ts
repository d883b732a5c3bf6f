import type { FastifyInstance } from 'fastify';
import type { App } from '../../app.ts';
import { healthRoutes } from '../../routes/health.ts';
import { knowledgeRoutes } from '../../routes/knowledge.ts';
import { requireTenant } from '../../routes/tenant-scope.ts';
import { agentRoutes } from './agents.ts';
import { costRoutes } from './costs.ts';
import { resourceRoutes } from './resources.ts';
import { runRoutes } from './runs.ts';
import { taskRoutes } from './tasks.ts';
import { tenantRoutes } from './tenants.ts';

/** Agents, their tasks, a knowledge base, for tenants that are kept apart. */
export async function agenticPlatformRoutes(server: FastifyInstance, app: App): Promise<void> {
  healthRoutes(server, app, { basic: '/health', live: '/health/live', ready: '/health/ready' });
  tenantRoutes(server, app.tenants);
  await server.register(async (scope) => {
    requireTenant(scope, app.tenants);
    agentRoutes(scope, app);
    taskRoutes(scope, app);
    knowledgeRoutes(scope, app, '/v1/knowledge');
    resourceRoutes(scope, app);
    runRoutes(scope, app);
    await scope.register(async (limited) => {
      app.limitTenant(limited);
      costRoutes(limited, app);
    });
  });
}
