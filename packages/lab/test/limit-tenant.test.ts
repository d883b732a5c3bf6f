import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { limitTenant } from '../src/api/rate-limit/limit-tenant.ts';

it('refuses a tenant more than its share at once, and nobody else', async () => {
  const server = fastify();
  const gates: (() => void)[] = [];
  limitTenant(server, 2);
  server.get('/slow', () => new Promise((resolve) => gates.push(() => resolve('done'))));
  const ask = (tenant: string) =>
    fetch(`${address}/slow`, { headers: { 'x-tenant-id': tenant } }).then((response) => {
      void response.body?.cancel();
      return response.status;
    });
  const address = await server.listen({ port: 0, host: '127.0.0.1' });
  const waiting = async (count: number) => {
    while (gates.length < count) await new Promise(setImmediate);
  };

  const first = [ask('noisy'), ask('noisy')];
  await waiting(2);
  expect(await ask('noisy')).toBe(429);
  const other = ask('quiet');
  await waiting(3);
  for (const open of gates.splice(0)) open();
  expect(await Promise.all([...first, other])).toEqual([200, 200, 200]);

  const again = ask('noisy');
  await waiting(1);
  gates[0]!();
  expect(await again).toBe(200);
  await server.close();
});

it('does not count a client for ever that had left before its turn', async () => {
  const server = fastify();
  const looks: PromiseWithResolvers<void>[] = [];
  // As it is looked up whether there is such a tenant.
  server.addHook('preHandler', async (_, reply) => {
    const look = Promise.withResolvers<void>();
    looks.push(look);
    reply.raw.once('close', () => look.resolve());
    await look.promise;
  });
  limitTenant(server, 1);
  server.get('/slow', async () => 'done');
  const address = await server.listen({ port: 0, host: '127.0.0.1' });
  const ask = (signal?: AbortSignal) =>
    fetch(`${address}/slow`, {
      headers: { 'x-tenant-id': 'noisy' },
      ...(signal === undefined ? {} : { signal }),
    });
  const looked = async (count: number) => {
    while (looks.length < count) await new Promise(setImmediate);
  };

  const leaving = new AbortController();
  const left = ask(leaving.signal).catch(() => 'left');
  await looked(1);
  leaving.abort();
  expect(await left).toBe('left');
  await looks[0]!.promise;
  const next = ask();
  await looked(2);
  looks[1]!.resolve();
  expect((await next).status).toBe(200);
  await server.close();
});

it('counts work that nobody waits for any more, for as long as it is done', async () => {
  const server = fastify();
  const gates: (() => void)[] = [];
  const closed: (() => void)[] = [];
  const left = new Promise<void>((resolve) => closed.push(resolve));
  limitTenant(server, 1);
  server.get('/slow', (_, reply) => {
    reply.raw.once('close', () => closed[0]!());
    return new Promise((resolve) => gates.push(() => resolve('done')));
  });
  const address = await server.listen({ port: 0, host: '127.0.0.1' });
  const headers = { 'x-tenant-id': 'noisy' };
  const leaving = new AbortController();
  const asked = fetch(`${address}/slow`, { headers, signal: leaving.signal }).catch(() => 'left');
  while (gates.length < 1) await new Promise(setImmediate);
  leaving.abort();
  expect(await asked).toBe('left');
  await left;
  expect((await fetch(`${address}/slow`, { headers })).status).toBe(429);
  gates[0]!();
  await new Promise(setImmediate);
  const next = fetch(`${address}/slow`, { headers });
  while (gates.length < 2) await new Promise(setImmediate);
  gates[1]!();
  expect((await next).status).toBe(200);
  await server.close();
});
