import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Limiter } from './limiter.ts';

/** Refuses the requests of a client that sends too many: with 429, or as told. What says when to come back may be told too. */
export function limitRequests(
  server: FastifyInstance,
  limiter: Limiter,
  {
    requests,
    refuseWith,
    retryAfterSeconds,
  }: {
    readonly requests: number;
    readonly refuseWith: 429 | 500;
    readonly retryAfterSeconds: number | undefined;
  },
): void {
  server.addHook('onRequest', async (request, reply) => {
    const admission = await limiter.admit(clientOf(request));
    reply.header('x-ratelimit-limit', requests);
    if (admission.admitted) {
      reply.header('x-ratelimit-remaining', admission.left);
      return undefined;
    }
    return reply
      .header('x-ratelimit-remaining', 0)
      .header('retry-after', retryAfterSeconds ?? admission.retryAfterSeconds)
      .code(refuseWith)
      .send({ error: 'rate limit exceeded' });
  });
}

/** The first address that the request was forwarded for, as most applications take it: a client may make it up. */
function clientOf(request: FastifyRequest): string {
  const forwarded = request.headers['x-forwarded-for'];
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',', 1)[0]?.trim();
  return first === undefined || first === '' ? request.ip : first;
}
