import type { FastifyInstance } from 'fastify';
import type { App } from '../../app.ts';
import { notFound } from '../../http-errors.ts';
import { healthRoutes } from '../../routes/health.ts';
import { knowledgeRoutes } from '../../routes/knowledge.ts';
import { idParams, longText, runOfRequest } from '../../routes/schemas.ts';
import { oneTenant, tenantOf } from '../../routes/tenant-scope.ts';
import { workRunRoutes } from '../../routes/work-runs.ts';
import { workRoutes } from '../../routes/work.ts';
import { search } from '../../search.ts';

interface Research {
  readonly run: string;
  readonly question: string;
}

/** Research queries, the papers that they are answered from, and reports. */
export async function researchAgentRoutes(server: FastifyInstance, app: App): Promise<void> {
  healthRoutes(server, app, { live: '/health', ready: '/ready' });
  await server.register(async (scope) => {
    oneTenant(scope);
    app.limit(scope);
    knowledgeRoutes(scope, app, '/api/papers');
    workRunRoutes(scope, app, '/api/runs');
    workRoutes<Research>(scope, app, {
      path: '/api/research',
      kind: 'research',
      body: {
        type: 'object',
        properties: { run: runOfRequest, question: longText },
        required: ['question'],
      },
      async carryOut({ question }, tenant, { store }) {
        const papers = await search(store, tenant, question, undefined, 3);
        return { papers: papers.map(({ id, title, rank }) => ({ id, title, rank })) };
      },
    });
    reportRoute(scope, app);
  });
}

/** The report on a piece of research. */
function reportRoute(server: FastifyInstance, { store }: App): void {
  server.get<{ Params: { id: string } }>(
    '/api/research/:id/report',
    { schema: { params: idParams } },
    async (request, reply) => {
      const [found] = await store.read<{ input: Research; output: { papers: { title: string }[] } }>({
        name: 'research-report',
        text: 'SELECT input, output FROM work WHERE tenant_id = $1 AND id = $2',
        values: [tenantOf(request), request.params.id],
      });
      if (found === undefined) return notFound(reply, 'research');
      const titles = found.output.papers.map(({ title }) => title);
      return { title: found.input.question, sections: titles, papers: titles.length };
    },
  );
}
