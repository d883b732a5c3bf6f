import type { Component } from './components.ts';

export type OptionalComponentName = 'versitygw';

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
];
