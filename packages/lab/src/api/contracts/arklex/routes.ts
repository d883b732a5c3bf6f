import type { FastifyInstance } from 'fastify';
import type { App } from '../../app.ts';
import { healthRoutes } from '../../routes/health.ts';
import { knowledgeRoutes } from '../../routes/knowledge.ts';
import { longText, runOfRequest } from '../../routes/schemas.ts';
import { oneTenant } from '../../routes/tenant-scope.ts';
import { workRunRoutes } from '../../routes/work-runs.ts';
import { workRoutes } from '../../routes/work.ts';
import { search } from '../../search.ts';

interface Message {
  readonly run: string;
  readonly message: string;
}

/** Conversations with an agent that answers from a knowledge base. */
export async function arklexRoutes(server: FastifyInstance, app: App): Promise<void> {
  healthRoutes(server, app, { live: '/health', ready: '/ready' });
  await server.register(async (scope) => {
    oneTenant(scope);
    app.limit(scope);
    knowledgeRoutes(scope, app, '/api/knowledge');
    workRunRoutes(scope, app, '/api/runs');
    workRoutes<Message>(scope, app, {
      path: '/api/chat',
      kind: 'message',
      body: { type: 'object', properties: { run: runOfRequest, message: longText }, required: ['message'] },
      async carryOut({ message }, tenant, { store }) {
        const [best] = await search(store, tenant, message, undefined, 1);
        return { reply: best?.body ?? 'I do not know.', source: best?.title ?? null };
      },
    });
  });
}
