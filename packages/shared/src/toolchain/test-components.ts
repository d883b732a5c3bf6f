import type { Component } from './components.ts';

export type TestComponentName =
  | 'k6-v1'
  | 'kube-apiserver'
  | 'etcd'
  | 'stress-ng'
  | 'sshd'
  | 'nft'
  | 'iptables'
  | 'patroni'
  | 'pgbackrest'
  | 'nsupdate'
  | 'redis-cli';

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
  {
    name: 'nft',
    neededFor: 'the tests that cut networks off by nftables',
    override: 'NFT_BIN',
    programs: ['nft'],
    places: ['/usr/sbin'],
    versionArguments: ['--version'],
    version: /nftables v(\S+)/,
    debian: 'nftables',
  },
  {
    name: 'iptables',
    neededFor: 'the tests that cut networks off by iptables',
    override: 'IPTABLES_BIN',
    programs: ['iptables'],
    places: ['/usr/sbin'],
    versionArguments: ['--version'],
    version: /iptables v(\S+)/,
    debian: 'iptables',
  },
  {
    name: 'patroni',
    neededFor: 'the tests with a real Patroni',
    override: 'PATRONI_BIN',
    programs: ['patroni'],
    places: [],
    versionArguments: ['--version'],
    version: /patroni (\S+)/,
    debian: 'patroni python3-etcd',
  },
  {
    name: 'pgbackrest',
    neededFor: 'the test with a real pgBackRest',
    override: 'PGBACKREST_BIN',
    programs: ['pgbackrest'],
    places: [],
    versionArguments: ['version'],
    version: /pgBackRest (\S+)/,
    debian: 'pgbackrest',
    homebrew: 'pgbackrest',
  },
  {
    name: 'nsupdate',
    neededFor: 'the tests with a real name server',
    override: 'NSUPDATE_BIN',
    programs: ['nsupdate'],
    places: [],
    versionArguments: ['-V'],
    version: /nsupdate (\S+)/,
    debian: 'bind9-dnsutils',
  },
  {
    name: 'redis-cli',
    neededFor: 'one test with a real Redis',
    override: 'REDIS_CLI_BIN',
    programs: ['redis-cli'],
    places: [],
    versionArguments: ['--version'],
    version: /redis-cli (\S+)/,
    debian: 'redis-tools',
  },
];
