import { quantity } from '../../kubernetes/quantity.ts';
import type { PodsSpec, PromisedProbe, PromisedResources } from '../../platform/pods-spec.ts';
import type { ContainerSeen, DeploymentSeen, ProbeSeen } from './look.ts';

/** In what a Deployment is set otherwise than it is promised to be, as sentences. */
export function differencesOfPods(promised: PodsSpec, seen: DeploymentSeen): readonly string[] {
  const { container: name, liveness, readiness, requests, limits } = promised;
  const own = [...differencesOfReplicas(promised, seen), ...differencesOfRollout(promised, seen)];
  if ([liveness, readiness, requests, limits].every((part) => part === undefined)) return own;
  const container = seen.containers.find((one) => name === undefined || one.name === name);
  if (container === undefined) {
    const has = seen.containers.map((one) => one.name).join(', ');
    return [...own, `it has no container ${name}, but ${has}`];
  }
  return [
    ...own,
    ...differencesOfProbe('liveness', liveness, container.liveness),
    ...differencesOfProbe('readiness', readiness, container.readiness),
    ...differencesOfResources('requests', requests, container),
    ...differencesOfResources('limits', limits, container),
  ];
}

function differencesOfReplicas({ replicas }: PodsSpec, seen: DeploymentSeen): readonly string[] {
  if (replicas === undefined) return [];
  const { least, most = Infinity } = replicas;
  if (seen.replicas >= least && seen.replicas <= most) return [];
  const range = most === least ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  return [`its replicas are ${seen.replicas}, and ${range} are promised`];
}

function differencesOfRollout({ rollout }: PodsSpec, seen: DeploymentSeen): readonly string[] {
  if (rollout === undefined) return [];
  if (seen.rollout === null) return ['it does not replace its pods by a rolling update'];
  const { rollout: has } = seen;
  return (['maxSurge', 'maxUnavailable'] as const).flatMap((bound) =>
    String(has[bound]) === String(rollout[bound])
      ? []
      : [`its ${bound} is ${has[bound]}, and ${rollout[bound]} is promised`],
  );
}

const words = {
  path: 'asks',
  delaySeconds: 'begins after (s)',
  periodSeconds: 'asks every (s)',
  timeoutSeconds: 'waits for (s)',
  failures: 'fails after (times)',
} as const;

function differencesOfProbe(
  kind: 'liveness' | 'readiness',
  promised: PromisedProbe | undefined,
  seen: ProbeSeen | null,
): readonly string[] {
  if (promised === undefined) return [];
  if (seen === null) return [`it has no ${kind} probe, and one of ${promised.path} is promised`];
  return (Object.keys(words) as (keyof typeof words)[]).flatMap((part) =>
    promised[part] === undefined || promised[part] === seen[part]
      ? []
      : [
          `its ${kind} probe ${words[part]} ${seen[part] ?? 'nothing over HTTP'}, and ${promised[part]} is promised`,
        ],
  );
}

function differencesOfResources(
  kind: 'requests' | 'limits',
  promised: PromisedResources | undefined,
  container: ContainerSeen,
): readonly string[] {
  return (['cpu', 'memory'] as const).flatMap((resource) => {
    const wanted = promised?.[resource];
    if (wanted === undefined) return [];
    const has = container[kind][resource];
    if (has !== undefined && quantity(has) === quantity(wanted)) return [];
    return [`its ${kind} of ${resource} are ${has ?? 'not set'}, and ${wanted} is promised`];
  });
}
