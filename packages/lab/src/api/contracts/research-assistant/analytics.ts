import type { FastifyInstance } from 'fastify';
import type { App } from '../../app.ts';
import { tenantOf } from '../../routes/tenant-scope.ts';
import type { Finder } from './finder.ts';
import { sessionIn, type Sessions } from './sessions.ts';

/** What one query to the language model is reckoned to cost. */
const QUERY_USD = 0.01;

const days = {
  schema: {
    querystring: {
      type: 'object',
      properties: { days: { type: 'integer', minimum: 1, maximum: 365, default: 30 } },
    },
  },
};

/** Usage, costs, sources, performance and the costs of one's own session. */
export function analyticsRoutes(
  server: FastifyInstance,
  { store }: App,
  sessions: Sessions,
  finder: Finder,
): void {
  const queriesOf = async (tenant: string, since: number): Promise<number> => {
    const [row] = await store.read<{ queries: number }>({
      name: 'analytics-queries',
      text: `SELECT count(*)::int AS queries FROM work
        WHERE tenant_id = $1 AND kind = 'research' AND created_at > now() - make_interval(days => $2)`,
      values: [tenant, since],
    });
    return row!.queries;
  };
  type Days = { Querystring: { days: number } };

  server.get<Days>('/api/analytics/usage', days, async (request) => ({
    days: request.query.days,
    queries: await queriesOf(tenantOf(request), request.query.days),
  }));
  server.get<Days>('/api/analytics/costs', days, async (request) => {
    const queries = await queriesOf(tenantOf(request), request.query.days);
    return { days: request.query.days, queries, usd: queries * QUERY_USD };
  });
  server.get('/api/analytics/sources', async (request) => ({
    items: await store.read({
      name: 'analytics-sources',
      text: `SELECT collection AS source, count(*)::int AS papers FROM documents
        WHERE tenant_id = $1 GROUP BY collection ORDER BY papers DESC LIMIT 20`,
      values: [tenantOf(request)],
    }),
  }));
  server.get<Days>('/api/analytics/performance', days, async (request) => ({
    days: request.query.days,
    queries: await queriesOf(tenantOf(request), request.query.days),
    cache: { ...finder.counts },
  }));
  server.get('/api/analytics/session-costs', async (request, reply) => {
    const id = sessionIn(request.headers);
    const user = id === undefined ? undefined : await sessions.userOf(id);
    return user === undefined ? reply.code(401).send({ error: 'log in first' }) : { user, usd: 0 };
  });
}
