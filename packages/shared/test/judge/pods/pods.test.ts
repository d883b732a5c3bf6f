import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/judge/judge.ts';
import { differencesOfPods } from '../../../src/judge/pods/differences.ts';
import type { DeploymentSeen, PodsSaw } from '../../../src/judge/pods/look.ts';
import type { PodsSpec } from '../../../src/platform/pods-spec.ts';
import { observationsOf, windowAt } from '../observations-of.ts';

const promised: PodsSpec = {
  cluster: { context: 'test', uid: '0' },
  namespace: 'shop',
  deployment: 'api',
  replicas: { least: 3, most: 3 },
  rollout: { maxSurge: 1, maxUnavailable: '0%' },
  liveness: { path: '/health', periodSeconds: 10, delaySeconds: 30 },
  readiness: { path: '/ready', failures: 1, timeoutSeconds: 3 },
  requests: { cpu: '250m', memory: '512Mi' },
  limits: { memory: '1Gi' },
  source: 'the document, 2.4',
};
const probe = { path: '/health', delaySeconds: 30, periodSeconds: 10, timeoutSeconds: 1, failures: 3 };
const container = {
  name: 'api',
  liveness: probe,
  readiness: { ...probe, path: '/ready', failures: 1, timeoutSeconds: 3 },
  // The same, as somebody else would write it.
  requests: { cpu: '0.25', memory: '536870912' },
  limits: { cpu: '2', memory: '1024Mi' },
};
const seen: DeploymentSeen = {
  replicas: 3,
  ready: 3,
  rollout: { maxSurge: 1, maxUnavailable: '0%' },
  containers: [container, { ...container, name: 'sidecar', liveness: null }],
};

describe('what a Deployment is set to', () => {
  it('is as promised where it says the same in other words, and what is not promised may be anything', () => {
    expect(differencesOfPods(promised, seen)).toEqual([]);
    expect(differencesOfPods({ ...promised, replicas: { least: 2 } }, seen)).toEqual([]);
  });

  it.each<[string, Partial<DeploymentSeen> | { container: Partial<typeof container> | object }, string]>([
    ['replicas', { replicas: 2 }, 'its replicas are 2, and 3 are promised'],
    [
      'surge',
      { rollout: { maxSurge: '25%', maxUnavailable: '0%' } },
      'its maxSurge is 25%, and 1 is promised',
    ],
    ['no rolling update', { rollout: null }, 'it does not replace its pods by a rolling update'],
    [
      'the path of a probe',
      { container: { liveness: { ...probe, path: '/' } } },
      'its liveness probe asks /, and /health is promised',
    ],
    [
      'how often a probe asks',
      { container: { liveness: { ...probe, periodSeconds: 60 } } },
      'its liveness probe asks every (s) 60, and 10 is promised',
    ],
    [
      'a probe that does not ask over HTTP',
      { container: { liveness: { ...probe, path: null } } },
      'its liveness probe asks nothing over HTTP, and /health is promised',
    ],
    [
      'no probe',
      { container: { readiness: null } },
      'it has no readiness probe, and one of /ready is promised',
    ],
    [
      'what it requests',
      { container: { requests: { cpu: '100m', memory: '512Mi' } } },
      'its requests of cpu are 100m, and 250m is promised',
    ],
    ['no limit', { container: { limits: {} } }, 'its limits of memory are not set, and 1Gi is promised'],
  ])('differs by %s', (_, changed, sentence) => {
    const other: DeploymentSeen =
      'container' in changed
        ? { ...seen, containers: [{ ...container, ...changed.container }] }
        : { ...seen, ...changed };
    expect(differencesOfPods(promised, other)).toEqual([sentence]);
  });

  it('is not that of another container', () => {
    expect(differencesOfPods({ ...promised, container: 'worker' }, seen)).toEqual([
      'it has no container worker, but api, sidecar',
    ]);
    expect(differencesOfPods({ ...promised, container: 'sidecar' }, seen)).toHaveLength(1);
  });
});

describe('the finding', () => {
  const findingFor = (saw: PodsSaw | undefined) => {
    const assigned = {
      objectiveName: 'pods api',
      objective: {
        signal: { from: 'pods', measure: 'departures', pods: 'api' },
        comparator: '<=',
        limit: 0,
        unit: 'departures',
      },
      window: 'baseline',
    } as const;
    const pods = saw === undefined ? [] : [{ pods: 'api', phase: 'baseline', promised, saw }];
    const windows = [windowAt('baseline', 0, 100)];
    return judge(observationsOf({ windows, assignments: [assigned], pods }))[0];
  };

  it.each<[string, PodsSaw | undefined, string, string]>([
    ['as promised', { kind: 'seen', seen }, 'pass', 'Deployment shop/api is set as promised.'],
    [
      'otherwise',
      { kind: 'seen', seen: { ...seen, replicas: 1, rollout: null } },
      'fail',
      'its replicas are 1, and 3 are promised; it does not',
    ],
    [
      'with none of its pods ready',
      { kind: 'seen', seen: { ...seen, ready: 0 } },
      'inconclusive',
      'only 0 of its 3 replicas were ready',
    ],
    [
      'otherwise, and with a pod missing',
      { kind: 'seen', seen: { ...seen, replicas: 1, ready: 0 } },
      'fail',
      'only 0 of its 1 replicas',
    ],
    ['while it surges', { kind: 'seen', seen: { ...seen, ready: 4 } }, 'pass', 'is set as promised.'],
    ['not there', { kind: 'absent' }, 'inconclusive', 'There is no Deployment shop/api.'],
    ['not read', { kind: 'unread', reason: 'forbidden' }, 'inconclusive', 'could not be read: forbidden'],
    ['not looked at', undefined, 'inconclusive', 'Nobody looked at it'],
  ])('%s', (_, saw, outcome, explanation) => {
    const finding = findingFor(saw);
    expect(finding?.outcome).toBe(outcome);
    expect(finding?.explanation).toContain(explanation);
  });
});
