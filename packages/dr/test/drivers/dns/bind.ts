import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { randomBytes } from 'node:crypto';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { freePorts } from '../two-servers.ts';

/**
 * Real BINDs: one holds the zone `platform.test`, another asks it for its clients and keeps the answers. The secondary
 * is told of each change by the first, where there is one.
 */
export interface Bind {
  /** `127.0.0.1:port` of each. */
  readonly zone: string;
  readonly secondary: string;
  readonly resolver: string;
  /** The key that may change the zone, and one with the same name and another secret. */
  readonly secretFile: string;
  readonly wrongSecretFile: string;
  /** What a client gets that asks this server, sorted; empty when there is no such name. */
  ask(server: string, name: string): Promise<readonly string[]>;
  kill(which: Name): Promise<void>;
  /** Its ports stay open, and nobody answers there once this resolves. */
  freeze(which: Name): Promise<void>;
  thaw(which: Name): void;
  dispose(): Promise<void>;
}

type Name = 'zone' | 'secondary' | 'resolver';

const program = env['NAMED_BIN'] ?? '/usr/sbin/named';

/** Why there can be no BIND here; undefined when there can. */
export function withoutBind(): string | undefined {
  try {
    accessSync(program, constants.X_OK);
    return undefined;
  } catch {
    return 'skipped: there is no named (apt-get install bind9)';
  }
}

export async function bind(
  ttl: number,
  besides: 'no secondary' | 'a secondary' = 'no secondary',
): Promise<Bind> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-dns-'));
  const [zonePort = 0, resolverPort = 0, secondaryPort = 0] = await freePorts(3);
  const secret = randomBytes(32).toString('base64');
  const secretFile = join(dir, 'update.key');
  writeFileSync(secretFile, `key "drill" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`, {
    mode: 0o600,
  });
  const wrongSecretFile = join(dir, 'wrong.key');
  writeFileSync(wrongSecretFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  const zone = `$TTL 300
@ IN SOA ns.platform.test. admin.platform.test. 1 60 60 3600 1
@ IN NS ns.platform.test.
ns IN A 127.0.0.1
app ${ttl} IN A 192.0.2.1
app ${ttl} IN A 192.0.2.2
here ${ttl} IN A 127.0.0.1
here ${ttl} IN A 127.0.0.2
strange ${ttl} IN A 192.0.2.99
six ${ttl} IN AAAA 2001:db8::1
alias ${ttl} IN CNAME a.edge.test.
`;
  for (const file of ['platform.zone', 'copy.zone']) writeFileSync(join(dir, file), zone);
  const start = (name: string, port: number, rest: string): ChildProcess => {
    mkdirSync(join(dir, name));
    const file = join(dir, `${name}.conf`);
    writeFileSync(
      file,
      `options { directory "${join(dir, name)}"; pid-file "named.pid"; session-keyfile "session.key";
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; dnssec-validation no; ${rest}`,
    );
    return spawn(program, ['-g', '-c', file, '-n', '1', '-U', '1'], { cwd: dir, stdio: 'ignore' });
  };
  const servers: Partial<Record<Name, ChildProcess>> = {
    zone: start(
      'zone',
      zonePort,
      `recursion no; };\n${readFileSync(secretFile, 'utf8')}controls { };
zone "platform.test" { type master; file "${join(dir, 'platform.zone')}"; allow-update { key "drill"; };
  notify explicit; notify-delay 0; also-notify { 127.0.0.1 port ${secondaryPort}; }; allow-transfer { 127.0.0.1; }; };`,
    ),
    ...(besides === 'a secondary' && {
      secondary: start(
        'secondary',
        secondaryPort,
        `recursion no; };\ncontrols { };
zone "platform.test" { type slave; file "${join(dir, 'copy.zone')}"; masterfile-format text;
  masters { 127.0.0.1 port ${zonePort}; }; min-refresh-time 1; max-refresh-time 2; min-retry-time 1; max-retry-time 1; };`,
      ),
    }),
    resolver: start(
      'resolver',
      resolverPort,
      `recursion yes; forward only; empty-zones-enable no; forwarders { 127.0.0.1 port ${zonePort}; }; };\ncontrols { };`,
    ),
  };
  const kill = async (child: ChildProcess | undefined): Promise<void> => {
    if (child === undefined) return;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const made: Bind = {
    zone: `127.0.0.1:${zonePort}`,
    secondary: `127.0.0.1:${secondaryPort}`,
    resolver: `127.0.0.1:${resolverPort}`,
    secretFile,
    wrongSecretFile,
    ask: async (server, name) => {
      const resolver = new Resolver({ timeout: 1000, tries: 1 });
      resolver.setServers([server]);
      try {
        return (await resolver.resolve4(name)).toSorted();
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
        throw error;
      }
    },
    kill: async (which) => await kill(servers[which]),
    freeze: async (which) => {
      servers[which]?.kill('SIGSTOP');
      // Its threads may go on for a moment.
      const answers = async (): Promise<boolean> =>
        await made.ask(made[which], 'ns.platform.test').then(
          () => true,
          () => false,
        );
      while (await answers());
    },
    thaw: (which) => void servers[which]?.kill('SIGCONT'),
    dispose: async () => {
      await Promise.all(Object.values(servers).map(kill));
      rmSync(dir, { recursive: true, force: true });
    },
  };
  const deadline = systemClock.now() + 15_000;
  for (;;) {
    const answers = await Promise.all(
      (Object.keys(servers) as Name[]).map(
        async (name) => await made.ask(made[name], 'ns.platform.test').catch(() => []),
      ),
    );
    if (answers.every((one) => one.length === 1)) return made;
    if (systemClock.now() > deadline || Object.values(servers).some((one) => one.exitCode !== null)) {
      await made.dispose();
      throw new Error('BIND does not come up');
    }
    await systemClock.sleep(50);
  }
}
