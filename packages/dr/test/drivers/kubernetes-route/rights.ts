import { KubeConfig, RbacAuthorizationV1Api, type V1PolicyRule } from '@kubernetes/client-node';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';

/** Gives the user `restricted` these rights in the namespace `shop`, and to look at the namespace `kube-system`. */
export async function grant(plane: ControlPlane, rules: V1PolicyRule[]): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(plane.kubeconfig);
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  const identity = {
    apiGroups: [''],
    resources: ['namespaces'],
    resourceNames: ['kube-system'],
    verbs: ['get'],
  };
  for (const [namespace, own] of Object.entries({ shop: rules, 'kube-system': [identity] })) {
    await rbac.createNamespacedRole({ namespace, body: { metadata: { name: 'route' }, rules: own } });
    await rbac.createNamespacedRoleBinding({
      namespace,
      body: {
        metadata: { name: 'route' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'route' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'restricted' }],
      },
    });
  }
}
