import type { FastifyInstance, FastifyReply } from 'fastify';
import { StoreUnavailable } from './store/errors.ts';

/** Says that something is not there. */
export function notFound(reply: FastifyReply, what: string): FastifyReply {
  return reply.code(404).send({ error: `${what} not found` });
}

/**
 * Answers errors. 503: the database is not there and the request has not been done. 504: it may have been
 * done, nobody knows. The difference is what lets a client tell a lost write from a refused one.
 */
export function answerErrors(server: FastifyInstance, complain: (line: string) => void): void {
  server.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    if (error instanceof StoreUnavailable) {
      return reply
        .code(error.applied === 'no' ? 503 : 504)
        .send({ error: 'database unavailable', applied: error.applied, reason: error.message });
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return reply.code(error.statusCode).send({ error: error.message });
    }
    complain(`${request.method} ${request.url}: ${error.stack ?? error.message}`);
    return reply.code(500).send({ error: 'internal error' });
  });
  server.setNotFoundHandler((_request, reply) => notFound(reply, 'route'));
}
