import type { Component } from './components.ts';

export type OptionalComponentName = 'versitygw' | 'named';

/** What not every lab needs: nobody else waits for its set-up, which `npm run setup -- <name>` asks for. */
export const optionalComponents: readonly Component<OptionalComponentName>[] = [
  {
    name: 'versitygw',
    neededFor:
      'the lab of arklex (object storage, which its backups are in), and tests of backups in a bucket',
    override: 'VERSITYGW_BIN',
    programs: ['versitygw'],
    places: ['{cache}'],
    versionArguments: ['--version'],
    version: /^Version\s*: (\S+)/m,
    go: 'github.com/versity/versitygw/cmd/versitygw',
    goModule: 'versitygw',
    goLinkerFlags: '-X main.Version=v1.8.0',
  },
  {
    name: 'named',
    neededFor:
      'the lab of research-agent (BIND, which serves its zone), and the tests with a real name server',
    override: 'NAMED_BIN',
    programs: ['named'],
    places: ['/usr/sbin', '/opt/homebrew/sbin', '/usr/local/sbin'],
    versionArguments: ['-v'],
    version: /BIND (\S+)/,
    debian: 'bind9',
    homebrew: 'bind',
  },
];
