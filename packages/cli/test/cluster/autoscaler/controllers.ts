import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { testProgram } from '@ordeal/shared/testing/test-program';
import { startProgram, type Program } from './program.ts';

const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'horizontal-pod-autoscaler-controller',
];

/** The real kube-controller-manager with those of its controllers that scale, every 15 s, as it does by default. */
export function startControllers(plane: ControlPlane, dir: string, more: readonly string[] = []): Program {
  const path = testProgram('kube-controller-manager');
  if (path === undefined) throw new Error('there is no kube-controller-manager');
  return startProgram(dir, 'kube-controller-manager', path, [
    `--kubeconfig=${plane.kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--controllers=${CONTROLLERS.join(',')}`,
    ...more,
  ]);
}
