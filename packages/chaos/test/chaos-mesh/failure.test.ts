import { DeadlineExceeded } from '@ordeal/shared/time/deadline';
import { describe, expect, it } from 'vitest';
import { classify, mayPass } from '../../src/chaos-mesh/failure.ts';

/** As `@kubernetes/client-node` throws it: the body is text. */
function answered(code: number, body: unknown, headers: Record<string, string> = {}): Error {
  const text =
    typeof body === 'string' ? body : JSON.stringify({ kind: 'Status', code, ...(body as object) });
  return Object.assign(new Error(`HTTP-Code: ${code}`), { code, body: text, headers });
}

describe('a failed call', () => {
  it.each([
    [
      answered(404, { reason: 'NotFound', message: 'x not found', details: { name: 'x' } }),
      { is: 'not-found' },
    ],
    // A server that does not know the address has not looked for the object.
    [answered(404, '404 page not found'), { is: 'not-served' }],
    [answered(404, { reason: 'NotFound', message: 'the server could not find it' }), { is: 'not-served' }],
    [answered(409, { reason: 'AlreadyExists', message: 'x exists' }), { is: 'already-exists' }],
    [answered(409, { reason: 'Conflict', message: 'modified' }), { is: 'conflict' }],
    [
      answered(422, {
        reason: 'Invalid',
        message: 'invalid',
        details: { causes: [{ field: 'spec.mode', message: 'Unsupported value' }] },
      }),
      { is: 'invalid', causes: [{ field: 'spec.mode', message: 'Unsupported value' }] },
    ],
    [answered(400, { reason: 'BadRequest', message: 'unknown field "spec.more"' }), { is: 'invalid' }],
    [
      answered(403, {
        reason: 'Forbidden',
        message: 'admission webhook "vpodchaos.kb.io" denied the request: Cannot update chaos spec',
      }),
      { is: 'webhook-denied', webhook: 'vpodchaos.kb.io' },
    ],
    [
      answered(403, { reason: 'Forbidden', message: 'User "x" cannot create resource "podchaos"' }),
      { is: 'rbac-denied' },
    ],
    [answered(401, ''), { is: 'unauthenticated' }],
    [
      answered(500, {
        message: 'Internal error occurred: failed calling webhook "vpodchaos.kb.io": no route',
      }),
      { is: 'webhook-down', webhook: 'vpodchaos.kb.io' },
    ],
    [answered(500, { message: 'etcdserver: leader changed' }), { is: 'server-error', status: 500 }],
    [answered(503, 'unavailable', { 'retry-after': '3' }), { is: 'server-error', retryAfterMs: 3_000 }],
    [
      answered(429, { message: 'too many' }, { 'retry-after': '7' }),
      { is: 'throttled', retryAfterMs: 7_000 },
    ],
    [
      answered(429, { message: 'x', details: { retryAfterSeconds: 2 } }),
      { is: 'throttled', retryAfterMs: 2_000 },
    ],
    [answered(429, 'slow down'), { is: 'throttled', retryAfterMs: 1_000 }],
    [
      new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }),
      { is: 'unreachable', code: 'ECONNREFUSED' },
    ],
    [
      new TypeError('fetch failed', {
        cause: new AggregateError([Object.assign(new Error('a'), { code: 'ENETUNREACH' })]),
      }),
      { is: 'unreachable', code: 'ENETUNREACH' },
    ],
    [new DeadlineExceeded('An answer took longer than 5 s.'), { is: 'timed-out' }],
    [new Error('something else'), { is: 'unexpected' }],
    ['no error at all', { is: 'unexpected' }],
    [answered(418, 'a teapot'), { is: 'unexpected', status: 418 }],
  ])('%o', (error, expected) => {
    expect(classify(error)).toMatchObject(expected);
  });

  it('is tried again only where it may pass', () => {
    const passing = [answered(500, ''), answered(429, ''), answered(404, ''), new DeadlineExceeded('late')];
    const standing = [answered(403, ''), answered(422, ''), answered(409, ''), answered(401, '')];
    expect(passing.map((error) => mayPass(classify(error)))).toEqual([true, true, true, true]);
    expect(standing.map((error) => mayPass(classify(error)))).toEqual([false, false, false, false]);
  });
});
