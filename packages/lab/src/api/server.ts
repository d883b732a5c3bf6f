import { fastify, type FastifyInstance } from 'fastify';
import type { App } from './app.ts';
import type { ApiConfig } from './config.ts';
import type { Contract } from './contracts/contract.ts';
import { routesOf } from './contracts/routes.ts';
import { answerErrors } from './http-errors.ts';
import type { Metrics } from './metrics.ts';
import { sabotageRequests } from './sabotage-hooks.ts';
import { watchTraffic, type Traffic } from './traffic.ts';

/** The platform's HTTP interface, as one replica serves it. */
export async function buildServer(
  config: ApiConfig,
  contract: Contract,
  app: App,
  metrics: Metrics,
  now: () => number,
  complain: (line: string) => void,
): Promise<{ readonly server: FastifyInstance; readonly traffic: Traffic }> {
  const server = fastify({ logger: false, forceCloseConnections: 'idle', return503OnClosing: false });
  acceptEmptyBodies(server);
  const traffic = watchTraffic(server, contract, now);
  metrics.observe(server);
  answerErrors(server, complain);
  server.addHook('onRequest', async (_request, reply) => {
    reply
      .header('x-served-by', config.replica)
      .header('x-region', config.region)
      .header('x-version', config.version);
  });
  sabotageRequests(server, contract, config);
  if (!config.sabotage.includes('no-metrics')) {
    server.get('/metrics', async (_request, reply) => {
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    });
  }
  const addRoutes = await routesOf(config.platform);
  await addRoutes(server, app);
  return { server, traffic };
}

/** Clients that say "JSON" on every request say it on a DELETE without a body, too. */
function acceptEmptyBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body as string, done);
  });
}
