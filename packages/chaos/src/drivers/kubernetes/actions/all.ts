import type { Action } from '../action.ts';
import type { KubernetesScope } from '../scope.ts';
import { isolateAction } from './isolate.ts';
import { nodesAction } from './nodes.ts';
import { podDeleteAction } from './pod-delete.ts';
import { scaleAction } from './scale.ts';

/** The one list of what can be done to a cluster. */
export function actionOf(scope: KubernetesScope): Action {
  const { fault } = scope;
  switch (fault.type) {
    case 'pod-delete':
      return podDeleteAction({ ...scope, fault });
    case 'scale-to-zero':
      return scaleAction({ ...scope, fault });
    case 'cordon':
    case 'drain':
      return nodesAction({ ...scope, fault });
    case 'isolate':
      return isolateAction({ ...scope, fault });
  }
}
