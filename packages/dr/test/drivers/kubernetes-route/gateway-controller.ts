import type { CustomObjectsApi } from '@kubernetes/client-node';
import { systemClock } from '@ordeal/shared/time/system-clock';

export const routeParts = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  namespace: 'shop',
  plural: 'httproutes',
  name: 'web',
} as const;

export interface HttpRoute {
  metadata: { generation: number };
  spec: {
    parentRefs: { name: string }[];
    rules: { backendRefs?: { name: string; weight: number }[] }[];
  };
  status?: unknown;
}

export interface GatewayController {
  /** Services that its data plane leads to by the route's first rule, in order. */
  led(): readonly string[];
  /** The generation that it has reported on last. */
  reported(): number;
  /** What it says of `ResolvedRefs` from now on, also where nothing else changes. */
  resolves(status: 'True' | 'False'): void;
  stop(): Promise<void>;
}

/** Stands in for a Gateway's controller: it leads by what the route says, and reports on it, some time later. */
export function startGatewayController(custom: CustomObjectsApi): GatewayController {
  let going = true;
  let led: readonly string[] = [];
  let resolved: 'True' | 'False' = 'True';
  let reported = '';
  let generation = 0;
  const look = async (): Promise<void> => {
    const route = (await custom.getNamespacedCustomObject(routeParts)) as HttpRoute;
    const report = `${route.metadata.generation} ${resolved}`;
    if (report === reported) return;
    led = (route.spec.rules[0]?.backendRefs ?? [])
      .filter(({ weight }) => weight > 0)
      .map(({ name }) => name)
      .toSorted();
    const condition = (type: string, status: string): object => ({
      type,
      status,
      reason: status === 'True' ? type : 'BackendNotFound',
      message: '',
      lastTransitionTime: new Date().toISOString(),
      observedGeneration: route.metadata.generation,
    });
    const body = {
      ...route,
      status: {
        parents: route.spec.parentRefs.map((parentRef) => ({
          parentRef,
          controllerName: 'example.test/gateway',
          conditions: [condition('Accepted', 'True'), condition('ResolvedRefs', resolved)],
        })),
      },
    };
    await custom.replaceNamespacedCustomObjectStatus({ ...routeParts, body });
    reported = report;
    ({ generation } = route.metadata);
  };
  const run = async (): Promise<void> => {
    while (going) {
      // Somebody wrote it meanwhile: it looks again.
      await look().catch(() => undefined);
      await systemClock.sleep(50);
    }
  };
  const done = run();
  return {
    led: () => led,
    reported: () => generation,
    resolves: (status) => {
      resolved = status;
    },
    stop: async () => {
      going = false;
      await done;
    },
  };
}
