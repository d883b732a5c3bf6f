import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseHaproxyRoute } from '../../src/drivers/haproxy/config.ts';
import { createHaproxyRoute } from '../../src/drivers/haproxy/route.ts';
import { edgeOf, eventually, get, type Edge } from './edge.ts';
import { testContext } from './two-servers.ts';

const context = testContext();
let edge: Edge;

function routeOf(healthyWithinSeconds = 10): ReturnType<typeof createHaproxyRoute> {
  return createHaproxyRoute({
    socket: edge.socket,
    backend: 'platform',
    servers: { a1: 'a', a2: 'a', b1: 'b' },
    healthyWithinSeconds,
  });
}

/** Names of the servers that answered twelve requests. */
async function answering(): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: 12 }, () => get(edge.url)));
  return [...new Set(answers.map((one) => (one.status === 200 ? one.text : String(one.status))))].sort();
}

describe('a HAProxy route', () => {
  beforeEach(async () => {
    edge = await edgeOf(['a1', 'a2', 'b1']);
    await eventually(async () => (await routeOf().health(context))['a']?.up === 2);
  });
  afterEach(async () => await edge.dispose());

  it('moves traffic to exactly the regions it is told, again and back', async () => {
    const route = routeOf();
    expect(await answering()).toEqual(['a1', 'a2', 'b1']);
    await route.switch(['b'], context);
    expect(await answering()).toEqual(['b1']);
    expect((await route.status(context)).regions).toEqual({ a: 'out', b: 'active' });
    await route.switch(['b'], context);
    await route.switch(['a', 'b'], context);
    expect(await answering()).toEqual(['a1', 'a2', 'b1']);
    expect((await route.status(context)).regions).toEqual({ a: 'active', b: 'active' });
  });

  it('sees a region die', async () => {
    const route = routeOf();
    expect(await route.health(context)).toEqual({ a: { up: 2, total: 2 }, b: { up: 1, total: 1 } });
    await Promise.all([edge.replicas['a1']?.kill(), edge.replicas['a2']?.kill()]);
    await eventually(async () => (await route.health(context))['a']?.up === 0);
    expect((await route.health(context))['b']).toEqual({ up: 1, total: 1 });
  });

  it('lets no client meet a server before its checks have passed', async () => {
    const route = routeOf();
    await route.switch(['b'], context);
    const a1 = edge.replicas['a1'];
    const a2 = edge.replicas['a2'];
    if (a1 === undefined || a2 === undefined) throw new Error('both are there');
    let good = false;
    a1.ready = a2.ready = () => good;
    a1.answer = a2.answer = (_path, response) => void response.writeHead(good ? 200 : 500).end('a');
    const switched = route.switch(['a', 'b'], context);
    const seen: string[] = [];
    await eventually(async () => {
      seen.push(...(await answering()));
      const { a } = (await route.status(context)).regions;
      return a === 'draining' && seen.length > 10;
    });
    expect(new Set(seen)).toEqual(new Set(['b1']));
    good = true;
    await switched;
    expect(await answering()).toEqual(['a', 'b1']);
  });

  it('refuses a region of which no server passes, and leaves traffic where it was', async () => {
    const route = routeOf(0.5);
    await route.switch(['b'], context);
    await Promise.all([edge.replicas['a1']?.kill(), edge.replicas['a2']?.kill()]);
    await expect(route.switch(['a'], context)).rejects.toThrow(
      'no server of region a passed its health check',
    );
    expect((await route.status(context)).regions).toEqual({ a: 'out', b: 'active' });
    expect(await answering()).toEqual(['b1']);
    await edge.replicas['a1']?.start();
    await route.switch(['a'], context);
    expect(await answering()).toEqual(['a1']);
  });

  it('says what is wrong with a backend, a region or a socket', async () => {
    const base = { socket: edge.socket, backend: 'platform', healthyWithinSeconds: 1 };
    const few = createHaproxyRoute({ ...base, servers: { a1: 'a', a2: 'a' } });
    await expect(few.switch(['a'], context)).rejects.toThrow('found a1, a2, b1: name each of them');
    await expect(routeOf().switch(['c'], context)).rejects.toThrow('expected regions of the route (a, b)');
    await expect(routeOf().switch([], context)).rejects.toThrow('found none');
    const dead = createHaproxyRoute({ ...base, socket: '/nowhere/haproxy.sock', servers: { a1: 'a' } });
    await expect(dead.health(context)).rejects.toThrow('/nowhere/haproxy.sock did not answer');
  });
});

describe('a HAProxy route without health checks', () => {
  it('is brought in at once', async () => {
    edge = await edgeOf(['a1', 'b1'], 'no-check');
    try {
      const route = createHaproxyRoute({
        socket: edge.socket,
        backend: 'platform',
        servers: { a1: 'a', b1: 'b' },
        healthyWithinSeconds: 1,
      });
      await route.switch(['a'], context);
      await route.switch(['b'], context);
      expect(await route.health(context)).toEqual({ a: { up: 0, total: 1 }, b: { up: 1, total: 1 } });
      expect((await get(edge.url)).text).toBe('b1');
    } finally {
      await edge.dispose();
    }
  });
});

describe("a HAProxy route's configuration", () => {
  it('is refused with all its mistakes at once', () => {
    const result = parseHaproxyRoute({ socket: 'relative', servers: {}, extra: 1 }, 'routes.global.config');
    expect(
      result.ok || result.diagnostics.map((one) => `${one.path}: ${one.expected} / ${one.found}`),
    ).toEqual([
      'routes.global.config.socket: an absolute path / "relative"',
      'routes.global.config.backend: a value of type string / nothing',
      'routes.global.config.servers: at least one server with its region / {}',
      'routes.global.config: no key extra / {"socket":"relative","servers":{},"extra":1}',
    ]);
  });
});
