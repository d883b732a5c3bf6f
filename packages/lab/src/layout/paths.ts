import { lstatSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userId } from '@ordeal/shared/process/user';
import { isLabName, labNameForm } from './name.ts';

/** The lab has three sites: two regions, and the edge that outlives both. */
export type SiteName = 'a' | 'b' | 'edge';
export type RegionName = 'a' | 'b';

export const siteNames: readonly SiteName[] = ['a', 'b', 'edge'];
export const regionNames: readonly RegionName[] = ['a', 'b'];

/** A unix socket's path must end before this many bytes, on every system that is supported. */
const SOCKET_PATH_LIMIT = 104;

/**
 * State directory of the lab of that name. It is short, because unix sockets lie in it, and outside of the
 * checkout, because the server's unprivileged user may not be able to enter that.
 */
export function labDir(name: string): string {
  if (!isLabName(name)) throw new Error(`"${name}" is no name for a lab: ${labNameForm}`);
  return join(tmpdir(), `${labPrefix()}${name}`);
}

/** Throws when unix sockets cannot lie in that directory. No lab is up there then, which is no error by itself. */
export function requireShort(dir: string): void {
  const longest = Buffer.byteLength(join(dir, 'edge', 'control.sock.00000.tmp'));
  if (longest < SOCKET_PATH_LIMIT) return;
  throw new Error(
    `The path ${dir} is too long for the lab's unix sockets, by ${longest - SOCKET_PATH_LIMIT + 1} characters. ` +
      'Use a shorter --lab-name, or set TMPDIR to a shorter path, for instance TMPDIR=/tmp.',
  );
}

/** State directories of all labs of this user. */
export function allLabDirs(): readonly string[] {
  return readdirSync(tmpdir())
    .filter((entry) => entry.startsWith(labPrefix()))
    .map((entry) => join(tmpdir(), entry));
}

function labPrefix(): string {
  return `ordeal-lab-${userId()}-`;
}

/** Throws when the directory exists and is not this user's own: anybody may make one under a shared /tmp. */
export function requireOwn(dir: string): void {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory() || stat.uid !== userId()) {
    throw new Error(
      `${dir} exists, but is not a directory of this user. Remove it, or choose another lab name.`,
    );
  }
}

/** Where things lie within a lab's directory. */
export const inLab = {
  site: (dir: string) => join(dir, 'site.json'),
  ports: (dir: string) => join(dir, 'ports.json'),
  owner: (dir: string) => join(dir, 'starting.id'),
  config: (dir: string, site: SiteName) => join(dir, site, 'supervisor.json'),
  socket: (dir: string, site: SiteName) => join(dir, site, 'control.sock'),
  log: (dir: string, site: SiteName, unit: string) => join(dir, site, 'log', `${unit}.log`),
  run: (dir: string, site: SiteName) => join(dir, site, 'run'),
  postgres: (dir: string, region: RegionName) => join(dir, region, 'pg'),
  postgresData: (dir: string, region: RegionName) => join(dir, region, 'pg', 'data'),
  /** Outside of both regions, as a backup has to be. */
  backups: (dir: string) => join(dir, 'edge', 'backups'),
  /** In a folder of its own, which Prometheus watches. */
  replicaTargets: (dir: string) => join(dir, 'edge', 'targets', 'replicas.json'),
  haproxySocket: (dir: string) => join(dir, 'edge', 'haproxy.sock'),
  balancerSocket: (dir: string, region: RegionName) => join(dir, region, 'haproxy.sock'),
  /** The key that may change the zone. */
  updateKey: (dir: string) => join(dir, 'edge', 'update.key'),
};

/** Site of a unit name such as `a/api-1`, or of a site's own name. Throws when it is neither. */
export function siteOf(unit: string): SiteName {
  const site = unit.split('/', 1)[0];
  const found = siteNames.find((one) => one === site);
  if (found === undefined) {
    throw new Error(`"${unit}" is no unit: expected one like a/api-1, or one of ${siteNames.join(', ')}.`);
  }
  return found;
}
