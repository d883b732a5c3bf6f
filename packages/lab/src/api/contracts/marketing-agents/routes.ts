import type { FastifyInstance } from 'fastify';
import type { App } from '../../app.ts';
import { healthRoutes } from '../../routes/health.ts';
import { knowledgeRoutes } from '../../routes/knowledge.ts';
import { longText, runOfRequest, shortText } from '../../routes/schemas.ts';
import { oneTenant } from '../../routes/tenant-scope.ts';
import { workRunRoutes } from '../../routes/work-runs.ts';
import { workRoutes } from '../../routes/work.ts';
import { search } from '../../search.ts';

interface Campaign {
  readonly run: string;
  readonly name: string;
  readonly brief: string;
}

/** Campaigns, planned by a hierarchy of agents from a brief and what is known of the market. */
export async function marketingAgentsRoutes(server: FastifyInstance, app: App): Promise<void> {
  healthRoutes(server, app, { live: '/health', ready: '/ready' });
  await server.register(async (scope) => {
    oneTenant(scope);
    app.limit(scope);
    knowledgeRoutes(scope, app, '/api/market');
    workRunRoutes(scope, app, '/api/runs');
    workRoutes<Campaign>(scope, app, {
      path: '/api/campaigns',
      kind: 'campaign',
      body: {
        type: 'object',
        properties: { run: runOfRequest, name: shortText, brief: longText },
        required: ['name', 'brief'],
      },
      async carryOut({ name, brief }, tenant, { store }) {
        const sources = await search(store, tenant, brief, undefined, 3);
        const researcher = sources.map(({ title }) => title);
        const copywriter = `${name}: ${brief.split(/\s+/).slice(0, 8).join(' ')}`;
        return { supervisor: ['researcher', 'copywriter'], researcher, copywriter };
      },
    });
  });
}
