import type { Component } from './components.ts';

export type TestComponentName = 'k6-v1' | 'kube-apiserver' | 'etcd' | 'stress-ng' | 'sshd';

/** What only tests need, beside the others. Where one is missing, the tests that need it are skipped, and say so. */
export const testComponents: readonly Component<TestComponentName>[] = [
  {
    name: 'k6-v1',
    neededFor: 'the tests with the first major version of k6',
    override: 'K6_V1_BIN',
    programs: ['k6-v1'],
    places: ['{cache}'],
    versionArguments: ['version'],
    version: /^[^\s/]+ v(\d\S*) \(/m,
    go: 'go.k6.io/k6',
    goModule: 'k6-v1',
  },
  {
    name: 'kube-apiserver',
    neededFor: 'the tests with a real Kubernetes API',
    override: 'KUBE_APISERVER_BIN',
    programs: ['kube-apiserver'],
    places: ['{cache}'],
    versionArguments: ['--version'],
    version: /Kubernetes v(\S+)/,
    go: 'k8s.io/kubernetes/cmd/kube-apiserver',
    goModule: 'kubernetes',
    goLinkerFlags: '-X k8s.io/component-base/version.gitVersion=v1.36.3',
  },
  {
    name: 'etcd',
    neededFor: 'the tests with a real Kubernetes API or Patroni',
    override: 'ETCD_BIN',
    programs: ['etcd'],
    places: [],
    versionArguments: ['--version'],
    version: /etcd Version: (\S+)/,
    debian: 'etcd-server',
    homebrew: 'etcd',
  },
  {
    name: 'stress-ng',
    neededFor: 'the tests that put pressure on a host',
    override: 'STRESS_NG_BIN',
    programs: ['stress-ng'],
    places: [],
    versionArguments: ['--version'],
    version: /version (\S+)/,
    debian: 'stress-ng',
    homebrew: 'stress-ng',
  },
  {
    name: 'sshd',
    neededFor: 'the tests on hosts over SSH',
    override: 'SSHD_BIN',
    programs: ['sshd'],
    places: ['/usr/sbin'],
    versionArguments: ['-V'],
    version: /OpenSSH_([\d.]+)/,
    debian: 'openssh-server',
  },
];
