import type { Component } from './components.ts';

export type ProofComponentName = 'kube-controller-manager' | 'prometheus-adapter';

/**
 * What only a long proof needs (`npm run prove`), and takes minutes to build: neither a lab nor a test waits for it.
 * `npm run setup -- <name>` asks for it.
 */
export const proofComponents: readonly Component<ProofComponentName>[] = [
  {
    name: 'kube-controller-manager',
    neededFor: 'the proof with a real autoscaler',
    override: 'KUBE_CONTROLLER_MANAGER_BIN',
    programs: ['kube-controller-manager'],
    places: ['{cache}'],
    versionArguments: ['--version'],
    version: /Kubernetes v(\S+)/,
    go: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    goModule: 'kubernetes',
    goLinkerFlags: '-X k8s.io/component-base/version.gitVersion=v1.36.3',
  },
  {
    name: 'prometheus-adapter',
    neededFor: 'the proof with a real autoscaler',
    override: 'PROMETHEUS_ADAPTER_BIN',
    programs: ['prometheus-adapter'],
    places: ['{cache}'],
    // It tells no version of its own.
    versionArguments: ['--help'],
    version: /^Usage of (\S+):/m,
    go: 'sigs.k8s.io/prometheus-adapter/cmd/adapter',
    goModule: 'prometheus-adapter',
  },
];
