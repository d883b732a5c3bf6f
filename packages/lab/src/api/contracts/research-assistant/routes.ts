import type { FastifyInstance } from 'fastify';
import type { App } from '../../app.ts';
import { healthRoutes } from '../../routes/health.ts';
import { knowledgeRoutes } from '../../routes/knowledge.ts';
import { longText, runOfRequest, shortText } from '../../routes/schemas.ts';
import { oneTenant, tenantOf } from '../../routes/tenant-scope.ts';
import { workRunRoutes } from '../../routes/work-runs.ts';
import { workRoutes } from '../../routes/work.ts';
import { analyticsRoutes } from './analytics.ts';
import { createFinder } from './finder.ts';
import { cookieOf, sessionIn, sessionsInProcess, storedSessions, type Sessions } from './sessions.ts';
import { researchSockets } from './sockets.ts';

interface Research {
  readonly run: string;
  readonly query: string;
}

/** Research for users who log in, its analytics, and a socket on which its progress is told. */
export async function researchAssistantRoutes(server: FastifyInstance, app: App): Promise<void> {
  const sessions = app.sabotage.includes('sessions-in-process')
    ? sessionsInProcess()
    : storedSessions(app.store);
  const finder = createFinder(app);
  healthRoutes(server, app, { live: '/livez', ready: '/api/health' });
  researchSockets(server.server, app, sessions, finder);
  await server.register(async (scope) => {
    oneTenant(scope);
    app.limit(scope);
    loginRoutes(scope, sessions);
    knowledgeRoutes(scope, app, '/api/papers');
    workRunRoutes(scope, app, '/api/runs', ['sessions']);
    analyticsRoutes(scope, app, sessions, finder);
    await scope.register(async (own) => {
      requireSession(own, sessions);
      workRoutes<Research>(own, app, {
        path: '/api/research',
        kind: 'research',
        body: { type: 'object', properties: { run: runOfRequest, query: longText }, required: ['query'] },
        carryOut: ({ query }, tenant) => finder.find(tenant, query),
      });
    });
  });
}

function loginRoutes(server: FastifyInstance, sessions: Sessions): void {
  server.post<{ Body: { user: string; run: string } }>(
    '/api/auth/login',
    {
      schema: {
        body: { type: 'object', properties: { user: shortText, run: runOfRequest }, required: ['user'] },
      },
    },
    async (request, reply) => {
      const { user, run } = request.body;
      const id = await sessions.begin({ tenant: tenantOf(request), user, run });
      return reply.header('set-cookie', cookieOf(id)).send({ user });
    },
  );
  server.post('/api/auth/logout', async (request, reply) => {
    const id = sessionIn(request.headers);
    if (id !== undefined) await sessions.end(id);
    return reply.code(204).send();
  });
}

function requireSession(server: FastifyInstance, sessions: Sessions): void {
  server.addHook('preHandler', async (request, reply) => {
    const id = sessionIn(request.headers);
    const user = id === undefined ? undefined : await sessions.userOf(id);
    return user === undefined ? reply.code(401).send({ error: 'log in first' }) : undefined;
  });
}
