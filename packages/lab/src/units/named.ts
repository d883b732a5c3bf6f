import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryName } from '../api/contracts/contract.ts';
import { regionAddresses, unitEnvironment, type Blueprint } from '../layout/blueprint.ts';
import { inLab } from '../layout/paths.ts';
import type { Unit } from '../supervisor/config.ts';

type Role = 'primary' | 'secondary';

const roles: readonly Role[] = ['primary', 'secondary'];
/** Name of the TSIG key that may change the zone. */
export const UPDATE_KEY = 'drill';
/** Longer than any drill waits. */
const HOUR = 3600;

/** How long the record may be kept, in seconds. */
export function recordTtl({ sabotage }: Blueprint, { ttlSeconds }: EntryName): number {
  return sabotage.includes('long-ttl') ? HOUR : ttlSeconds;
}

export function namesPort({ ports }: Blueprint, role: Role): number {
  return ports[role === 'primary' ? 'namesPrimary' : 'namesSecondary'];
}

function folder({ dir }: Blueprint, role: Role): string {
  return join(dir, 'edge', `names-${role}`);
}

/** Directories of the name servers, which keep journals and copies of the zone. */
export function makeNameFolders(blueprint: Blueprint): void {
  for (const role of roles) mkdirSync(folder(blueprint, role), { mode: 0o700 });
}

/**
 * Two BINDs that hold the zone, as files to write: path and text. The primary takes updates that are signed, and tells
 * the secondary of each at once. Both begin with the same zone, which leads to region a.
 */
export function namesFiles(blueprint: Blueprint, entry: EntryName): Readonly<Record<string, string>> {
  const zoneFile = (role: Role) => join(folder(blueprint, role), 'zone');
  const isFrozen = blueprint.sabotage.includes('frozen-names');
  const [primary, secondary] = roles.map((role) => namesPort(blueprint, role));
  const options = (role: Role, more: string) => `include "${inLab.updateKey(blueprint.dir)}";
controls { };
options {
  directory "${folder(blueprint, role)}";
  pid-file none;
  session-keyfile "session.key";
  listen-on port ${namesPort(blueprint, role)} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  empty-zones-enable no;
  minimal-responses yes;
  ${more}
};
`;
  const serial = 1;
  const zone = `$TTL 300
@ IN SOA ns1.${entry.zone}. admin.${entry.zone}. ${serial} ${isFrozen ? HOUR : 2} 1 ${HOUR} 1
@ IN NS ns1.${entry.zone}.
@ IN NS ns2.${entry.zone}.
ns1 IN A 127.0.0.1
ns2 IN A 127.0.0.1
${entry.name}. ${recordTtl(blueprint, entry)} IN A ${regionAddresses.a}
`;
  return {
    [inLab.updateKey(blueprint.dir)]:
      `key "${UPDATE_KEY}" {\n\talgorithm hmac-sha256;\n\tsecret "${blueprint.updateSecret}";\n};\n`,
    [zoneFile('primary')]: zone,
    [zoneFile('secondary')]: zone,
    [configFile(blueprint, 'primary')]: `${options(
      'primary',
      isFrozen
        ? 'notify no;'
        : `notify explicit; notify-delay 0; also-notify { 127.0.0.1 port ${secondary}; };`,
    )}zone "${entry.zone}" {
  type primary;
  file "${zoneFile('primary')}";
  allow-update { key "${UPDATE_KEY}"; };
  allow-transfer { 127.0.0.1; };
};
`,
    [configFile(blueprint, 'secondary')]: `${options('secondary', 'notify no;')}zone "${entry.zone}" {
  type secondary;
  file "${zoneFile('secondary')}";
  masterfile-format text;
  primaries { 127.0.0.1 port ${primary}; };
  min-refresh-time 1;
  min-retry-time 1;
};
`,
  };
}

function configFile(blueprint: Blueprint, role: Role): string {
  return join(blueprint.dir, 'edge', `names-${role}.conf`);
}

/** The zone's servers, outside of both regions. */
export function namesUnits(blueprint: Blueprint, entry: EntryName): readonly Unit[] {
  const { tools, dir } = blueprint;
  const { named } = tools;
  if (named === undefined) throw new Error('BIND was not looked for');
  return roles.map((role) => {
    const check = {
      kind: 'tcp',
      port: namesPort(blueprint, role),
      timeoutMs: 500,
      ...questionOf(entry.name),
    } as const;
    return {
      name: `edge/names-${role}`,
      // In the foreground, on one thread, with its words on the standard error.
      argv: [named, '-g', '-c', configFile(blueprint, role), '-n', '1', '-U', '1'],
      env: unitEnvironment,
      cwd: folder(blueprint, role),
      log: inLab.log(dir, 'edge', `names-${role}`),
      started: check,
      ready: check,
      stop: { signal: 'SIGTERM', withinMs: 3_000 },
    };
  });
}

/** A question for the record over TCP (RFC 1035), and how an answer with authority that has one begins. */
function questionOf(name: string): { readonly send: string; readonly expect: string } {
  const labels = name.split('.').map((label) => String.fromCharCode(label.length) + label);
  const asked = `${labels.join('')}\0\0\x01\0\x01`;
  const message = `\0\x01\0\0\0\x01\0\0\0\0\0\0${asked}`;
  return { send: `\0${String.fromCharCode(message.length)}${message}`, expect: '\0\x01\x84\0\0\x01\0\x01' };
}
