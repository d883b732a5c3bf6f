import { DiscoveryV1Api, KubeConfig } from '@kubernetes/client-node';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';

/** Says which endpoints a Service of the namespace `shop` has: what the controller of endpoints would do. */
export type SetEndpoints = (service: string, endpoints: Readonly<Record<string, boolean>>) => Promise<void>;

/** By the name of each pod: is it ready? */
export function endpointsOf(plane: ControlPlane): SetEndpoints {
  const config = new KubeConfig();
  config.loadFromFile(plane.kubeconfig);
  const discovery = config.makeApiClient(DiscoveryV1Api);
  const made = new Set<string>();
  return async (service, endpoints) => {
    const name = `${service}-1`;
    const body = {
      metadata: { name, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      endpoints: Object.entries(endpoints).map(([pod, ready], index) => ({
        addresses: [`10.0.0.${index + 1}`],
        conditions: { ready },
        targetRef: { kind: 'Pod', name: pod },
      })),
    };
    if (made.has(name)) await discovery.replaceNamespacedEndpointSlice({ namespace: 'shop', name, body });
    else await discovery.createNamespacedEndpointSlice({ namespace: 'shop', body });
    made.add(name);
  };
}
