import { expect, it } from 'vitest';
import { parseDnsRoute } from '../../src/drivers/dns/config.ts';
import { createDnsRoute } from '../../src/drivers/dns/route.ts';
import { parseHaproxyRoute } from '../../src/drivers/haproxy/config.ts';
import { createHaproxyRoute } from '../../src/drivers/haproxy/route.ts';
import { parseKubernetesRoute } from '../../src/drivers/kubernetes-route/config.ts';
import { createKubernetesRoute } from '../../src/drivers/kubernetes-route/route.ts';
import { parseCommandRoute } from '../../src/drivers/route-command/config.ts';
import { createCommandRoute } from '../../src/drivers/route-command/route.ts';
import type { RouteReach } from '../../src/drivers/route-reach.ts';
import type { Result } from '@ordeal/shared/platform/diagnostics';

function made<Config>(
  parse: (raw: unknown, path: string) => Result<Config>,
  create: (config: Config) => RouteReach,
  raw: unknown,
): RouteReach {
  const parsed = parse(raw, 'here');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return create(parsed.value);
}

/** Where nobody is asked, nobody need be there. */
const inCluster = { kubeconfig: '/nowhere', namespace: 'shop' };
const routes: Readonly<Record<string, () => RouteReach>> = {
  dns: () =>
    made(parseDnsRoute, createDnsRoute, {
      zone: 'platform.test',
      name: 'app.platform.test',
      type: 'A',
      regions: { a: ['192.0.2.1'], b: ['192.0.2.2'] },
      servers: ['127.0.0.1:1'],
      update: { kind: 'command', argv: ['true'] },
    }),
  haproxy: () =>
    made(parseHaproxyRoute, createHaproxyRoute, {
      socket: '/nowhere',
      backend: 'app',
      servers: { one: 'a', two: 'b' },
    }),
  command: () =>
    made(parseCommandRoute, createCommandRoute, { regions: ['a', 'b'], status: ['true'], switch: ['true'] }),
  service: () =>
    made(parseKubernetesRoute, createKubernetesRoute, {
      ...inCluster,
      service: 'web',
      label: 'region',
      regions: { a: 'east', b: 'west' },
    }),
  gateway: () =>
    made(parseKubernetesRoute, createKubernetesRoute, {
      ...inCluster,
      kind: 'gateway',
      httpRoute: 'web',
      backends: { a: 'web-east', b: 'web-west' },
    }),
  ingress: () =>
    made(parseKubernetesRoute, createKubernetesRoute, {
      ...inCluster,
      kind: 'ingress',
      stable: { region: 'a', ingress: 'web' },
      canary: { region: 'b', ingress: 'web-canary' },
    }),
};

/** A platform of three regions leads to all of them unless a route says otherwise. */
it.each(Object.entries(routes))(
  'a %s route of two regions says that it cannot lead to a third',
  (_, create) => {
    const route = create();
    for (const regions of [['a'], ['b'], ['a', 'b']]) expect(route.whyNever(regions)).toBeUndefined();
    expect(route.whyNever(['a', 'b', 'c'])).toContain(
      'expected regions of the route (a, b) to switch to, found c',
    );
    expect(route.whyNever([])).toContain('found none');
  },
);
