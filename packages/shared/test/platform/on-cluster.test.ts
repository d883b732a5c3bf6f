import { expect, it } from 'vitest';
import { onCluster } from '../../src/platform/on-cluster/on-cluster.ts';
import { parsePlatform } from '../../src/platform/parse-platform.ts';
import { placeholderSite } from '../../src/platform/placeholder-site.ts';
import { definePlatform, type Platform } from '../../src/platform/platform.ts';
import { platformValue } from './platform-value.ts';

const env: Readonly<Record<string, string>> = {
  ORDEAL_CLUSTER_CONTEXT: 'staging',
  ORDEAL_CLUSTER_UID: '0000-aa',
  ORDEAL_ENVIRONMENT: 'staging',
  ORDEAL_LOAD_NAMESPACE: 'load',
};

it('is agreed about on the cluster itself: one run at a time, and a stop that reaches all machines', () => {
  const file = onCluster(
    definePlatform(() => platformValue()),
    { faults: () => ({}) },
  );
  const there = file.build({ env: (name, usual = '') => env[name] ?? usual, lab: () => placeholderSite });
  expect(there.guardrails).toMatchObject({
    allowFaults: ['chaos-mesh'],
    coordination: { cluster: { context: 'staging', uid: '0000-aa' }, namespace: 'load' },
  });
});

it('is what whoever names its cluster says that it is, and what its file calls production stays that', () => {
  const there = (file: Platform['environment'], said: Readonly<Record<string, string>>) =>
    onCluster(
      definePlatform(() => ({ ...platformValue(), environment: file })),
      { faults: () => ({}) },
    ).build({
      env: (name, usual = '') => ({ ORDEAL_CLUSTER_UID: '0000-aa', ...said })[name] ?? usual,
      lab: () => placeholderSite,
    }).environment;
  const elsewhere = { ORDEAL_CLUSTER_CONTEXT: 'eu-1' };
  expect(there('lab', {})).toBe('test');
  expect(there('lab', { ...elsewhere, ORDEAL_ENVIRONMENT: 'staging' })).toBe('staging');
  expect(there('lab', { ...elsewhere, ORDEAL_ENVIRONMENT: 'production' })).toBe('production');
  expect(there('production', {})).toBe('production');
  expect(there('production', { ...elsewhere, ORDEAL_ENVIRONMENT: 'test' })).toBe('production');
  expect(() => there('lab', elsewhere)).toThrow('ORDEAL_ENVIRONMENT is not set: say whether');
  expect(() => there('lab', { ORDEAL_CLUSTER_UID: '' })).toThrow(
    'ORDEAL_CLUSTER_UID is not set: it is what `kubectl get namespace kube-system',
  );
  expect(() => there('lab', { ORDEAL_ENVIRONMENT: 'lab' })).toThrow(
    'ORDEAL_ENVIRONMENT is "lab": say whether',
  );
});

it('has none of the limits that one instance keeps', () => {
  const limits = {
    rate: {
      kind: 'rate',
      at: 'http://127.0.0.1:8000',
      requests: 100,
      windowSeconds: 60,
      window: 'fixed',
      ask: { method: 'GET', path: '/orders' },
    },
  } as const;
  const file = onCluster(
    definePlatform(() => platformValue({ limits })),
    { faults: () => ({}) },
  );
  const there = file.build({ env: (name, usual = '') => env[name] ?? usual, lab: () => placeholderSite });
  expect(there.limits).toBeUndefined();
});

it('has the numbers of its document where its file has the lab’s, and of nothing that is not there', () => {
  const value = platformValue();
  const [objective = ''] = Object.keys(value.objectives);
  const target = { name: 'pods', selector: 'up{job="api"}', least: 4 };
  const base = definePlatform(() => ({ ...value, prometheus: { ...value.prometheus, targets: [target] } }));
  const build = (changes: Pick<Parameters<typeof onCluster>[1], 'objectives' | 'least'>) =>
    onCluster(base, { faults: () => ({}), ...changes }).build({
      env: (name, usual = '') => env[name] ?? usual,
      lab: () => placeholderSite,
    });
  const there = build({ objectives: { [objective]: { limit: 3 } }, least: { pods: 3 } });
  expect(there.objectives).toEqual({
    ...value.objectives,
    [objective]: { ...value.objectives[objective], limit: 3 },
  });
  expect(there.prometheus.targets).toEqual([{ ...target, least: 3 }]);
  expect(() => build({ objectives: { nothing: { limit: 3 } } })).toThrow('objective "nothing"');
  expect(() => build({ least: { nobody: 3 } })).toThrow('target "nobody"');
});

it('is reached by its Service, and by no name of elsewhere', () => {
  const named = platformValue({
    byName: { entry: 'http://app.example.com', servers: ['192.0.2.53'] },
    probes: [
      {
        name: 'fresh',
        connection: 'fresh',
        keepsName: 'not at all',
        request: { method: 'GET', path: '/' },
        expectStatus: 200,
      },
    ],
  });
  const file = onCluster(
    definePlatform(() => named),
    { faults: () => ({}) },
  );
  const there = file.build({ env: (name, usual = '') => env[name] ?? usual, lab: () => placeholderSite });
  expect(there).not.toHaveProperty('byName');
  expect(
    parsePlatform({ ...there, guardrails: named.guardrails, identity: undefined }, 'platform.ts'),
  ).toMatchObject({ ok: true });
});
