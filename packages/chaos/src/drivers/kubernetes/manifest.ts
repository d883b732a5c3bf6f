import type { KubernetesObject } from '@kubernetes/client-node';
import { MANAGED_BY, MANAGER } from '../../chaos-mesh/labels.ts';
import type { Right } from './action.ts';
import type { DeadMan } from './config.ts';

/**
 * The dead-man's service account and the least rights that it needs, as objects for `kubectl apply`. Rights name the
 * very objects, where the API allows it: it can undo these faults, and nothing else.
 */
export function deadManManifest(deadMan: DeadMan, rights: readonly Right[]): readonly KubernetesObject[] {
  const { namespace, serviceAccount: name } = deadMan;
  const labels = { [MANAGED_BY]: MANAGER };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const places = Object.entries(Object.groupBy(rights, (one) => one.namespace ?? ''));
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } },
    ...places.flatMap(([place, ofPlace = []]) => {
      const kind = place === '' ? 'ClusterRole' : 'Role';
      const metadata =
        place === ''
          ? { name: `${namespace}-${name}`, labels }
          : { name: `${namespace}-${name}`, namespace: place, labels };
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name };
      const apiVersion = 'rbac.authorization.k8s.io/v1';
      return [
        { apiVersion, kind, metadata, rules: ofPlace.map(ruleOf) },
        { apiVersion, kind: `${kind}Binding`, metadata, subjects, roleRef },
      ];
    }),
  ];
}

function ruleOf({ apiGroup, resource, verbs, names }: Right): object {
  return {
    apiGroups: [apiGroup],
    resources: [resource],
    verbs,
    ...(names === undefined ? {} : { resourceNames: names }),
  };
}
