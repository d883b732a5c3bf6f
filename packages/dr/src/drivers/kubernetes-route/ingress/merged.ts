import type { KubernetesObject } from '../../kubernetes/api.ts';
import { isCanary } from './annotations.ts';
import { pathsOf } from './paths.ts';

/**
 * Why the controller would not set this canary, and it alone, against its stable Ingress; undefined when it would. A
 * canary is merged into the backend of the stable path (`mergeAlternativeBackends` in ingress-nginx), of all paths
 * that have the same one, and of several that are merged there only the first counts (`route_to_alternative_balancer`).
 */
export function whyNotMerged(
  stable: KubernetesObject,
  canary: KubernetesObject,
  all: readonly KubernetesObject[],
): string | undefined {
  const primaries = [stable, ...all.filter((one) => !isCanary(one))].flatMap(pathsOf);
  for (const { host, backend } of pathsOf(canary)) {
    // It is enough that it is behind any path of that host.
    if (primaries.some((one) => one.host === host && one.backend === backend)) {
      return (
        `${backend} is behind a stable path of ${host} as well, and ingress-nginx merges no canary that is its own ` +
        'stable backend: give the canary another Service'
      );
    }
  }
  const backends = new Set(pathsOf(stable).map(({ backend }) => backend));
  for (const backend of backends) {
    const keys = new Set(primaries.filter((one) => one.backend === backend).map(({ key }) => key));
    const merged = [canary, ...all.filter((one) => isCanary(one) && nameIn(one) !== nameIn(canary))].flatMap(
      (one) =>
        pathsOf(one).flatMap((path) =>
          keys.has(path.key) ? [`${path.backend} of Ingress ${nameIn(one)}`] : [],
        ),
    );
    // Of two with the same Service it is the weight of one.
    const found = [...new Set(merged)];
    if (found.length > 1)
      return `only one canary counts behind ${backend}, found ${found.join(', ')}: leave one of them`;
  }
  return undefined;
}

function nameIn({ metadata }: KubernetesObject): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}
