import { expect, it } from 'vitest';
import { parseKubernetesRoute } from '../../../src/drivers/kubernetes-route/config.ts';

const service = { namespace: 'shop', service: 'web', label: 'region', regions: { a: 'east', b: 'west' } };

it('takes a kubernetes route without a kind for a Service, as before there were others', () => {
  const value = { ...service, shownWithinSeconds: 60 };
  expect(parseKubernetesRoute(service, 'here')).toEqual({ ok: true, value });
  const named = { ...service, kind: 'service' };
  expect(parseKubernetesRoute(named, 'here')).toEqual({ ok: true, value: { ...value, kind: 'service' } });
});

it('names the kinds where a kubernetes route is of none of them', () => {
  for (const kind of ['constructor', 'mesh', 7, null]) {
    const parsed = parseKubernetesRoute({ ...service, kind }, 'here');
    expect(parsed).toMatchObject({
      ok: false,
      diagnostics: [{ path: 'here.kind', expected: 'one of service, gateway, ingress' }],
    });
  }
});
