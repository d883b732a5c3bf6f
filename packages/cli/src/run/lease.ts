import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOver, type LeaseHolder, type LeaseObject, type LeaseState } from '@ordeal/shared/lease/object';
import type { Platform } from '@ordeal/shared/platform/platform';
import { isAlive, processIdentity } from '@ordeal/shared/process/identity';
import { placeFrom, processPlace, type ProcessPlace } from '@ordeal/shared/process/place';
import { userName } from '@ordeal/shared/process/user';
import type { Clock } from '@ordeal/shared/time/clock';

/** Who is at work on a platform. */
export interface Holder extends LeaseHolder {
  readonly platform: string;
}

interface LeaseFile extends Holder {
  /** Of the process that holds it. */
  readonly identity: string;
  /** Where that process was started: anywhere else its identity means nothing. */
  readonly place: ProcessPlace;
  /** ISO time. The file's own is later where there was no room to write. */
  readonly renewedAt: string;
  readonly seconds: number;
}

/** Of an ordeal before places were written down, which never renewed it. */
type OldLeaseFile = Pick<LeaseFile, 'run' | 'identity' | 'since'> & Partial<Pick<LeaseFile, 'platform'>>;

/** Where this user's leases are: one place a machine, whatever directory ordeal is called in. */
export function leaseFolder(): string {
  return join(tmpdir(), `ordeal-leases-${userName()}`);
}

/** What takes a lease: it is gone with its process. */
export interface LeaseProcess {
  readonly pid: number;
  readonly place: ProcessPlace;
}

/**
 * The one lease on a platform, as a file: two runs that share this folder cannot disturb each other. One whose
 * process is seen to be gone is taken over at once; one of a process that cannot be looked at, as from another
 * container with the same folder, once it has run out. The platform is told apart by its entry: two labs are two
 * platforms.
 */
export function fileLease(
  folder: string,
  { name, entry }: Pick<Platform, 'name' | 'entry'>,
  { pid, place }: LeaseProcess,
  clock: Clock,
): LeaseObject {
  const path = join(folder, `${createHash('sha256').update(entry).digest('hex').slice(0, 16)}.json`);
  const identity = processIdentity(pid) ?? `${pid}@unknown`;

  /** Writes it beside its place, and puts it there whole: nobody ever reads half a lease. */
  const put = (holder: LeaseHolder, seconds: number, into: (own: string) => boolean): string | undefined => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const renewedAt = new Date(clock.wall()).toISOString();
    const file: LeaseFile = { ...holder, platform: name, identity, place, renewedAt, seconds };
    const text = JSON.stringify(file);
    const own = besides(path, 'new');
    try {
      writeFileSync(own, text);
      touch(own, clock);
      return into(own) ? text : undefined;
    } finally {
      rmSync(own, { force: true });
    }
  };
  const create = (holder: LeaseHolder, seconds: number): string | undefined =>
    put(holder, seconds, (own) => linked(own, path));
  const isOurs = ({ run }: LeaseHolder, text: string): boolean => {
    const file = parsed(text);
    return file?.run === run && file.identity === identity && placeFrom(place, file.place) === 'here';
  };

  return {
    where: `the lease ${path}`,
    read: async () => stateOf(path, place)?.state,
    create: async (holder, seconds) => create(holder, seconds),
    replace: async (version, holder, seconds) => {
      if (textOf(path) !== version) return undefined;
      if (isOurs(holder, version)) {
        try {
          return put(holder, seconds, (own) => {
            renameSync(own, path);
            return true;
          });
        } catch {
          // A disk that is full takes no file, and a time: a run does not end because of it.
          touch(path, clock);
          return version;
        }
      }
      return takenAway(path, version) ? create(holder, seconds) : undefined;
    },
    remove: async (version) => takenAway(path, version),
  };
}

/** Everybody who is at work on a platform now, and whose leases are in this folder. */
export function activeHolders(folder: string, clock: Clock): readonly Holder[] {
  if (!existsSync(folder)) return [];
  const place = processPlace();
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => stateOf(join(folder, file), place) ?? [])
    .filter(({ state }) => !isOver(state, clock))
    .map(({ holder }) => holder);
}

/**
 * Takes exactly that lease away. Of several who try, one does: it is moved aside before it is looked at, and what
 * has come into its place meanwhile is put back.
 */
function takenAway(path: string, version: string): boolean {
  const aside = besides(path, 'old');
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  const taken = textOf(aside) === version;
  // When somebody has begun at just this moment, whose it was learns of it as it renews.
  if (!taken) linked(aside, path);
  rmSync(aside, { force: true });
  return taken;
}

/** Puts a file into a place that is free. False: it is not. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function touch(path: string, clock: Clock): void {
  const seconds = clock.wall() / 1000;
  utimesSync(path, seconds, seconds);
}

/** Of what cannot be read: it is over when it was not written for as long as a lease takes to run out. */
const UNKNOWN: Holder = { run: 'unknown', by: 'somebody', since: 'an unknown time', platform: 'unknown' };
const UNKNOWN_SECONDS = 30;

function stateOf(
  path: string,
  here: ProcessPlace,
): { readonly state: LeaseState; readonly holder: Holder } | undefined {
  const version = textOf(path);
  if (version === undefined) return undefined;
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
  const file = parsed(version);
  if (file === undefined) {
    const old = parsedOld(version);
    const holder = old === undefined ? UNKNOWN : { ...UNKNOWN, ...old };
    const isThere = old !== undefined && isAlive(old.identity);
    const state = { holder, renewedAt: touched, seconds: UNKNOWN_SECONDS, version };
    return { state: isThere ? { ...state, process: 'alive' } : state, holder };
  }
  const written = Date.parse(file.renewedAt);
  const renewedAt = touched > written ? touched : written;
  const state = { holder: file, renewedAt, seconds: file.seconds, version };
  return { state: { ...state, process: processOf(file, here) }, holder: file };
}

function processOf({ identity, place }: LeaseFile, here: ProcessPlace): 'alive' | 'gone' | 'out-of-sight' {
  switch (placeFrom(here, place)) {
    case 'here':
      return isAlive(identity) ? 'alive' : 'gone';
    case 'before-restart':
      return 'gone';
    case 'elsewhere':
      return 'out-of-sight';
  }
}

function parsed(text: string): LeaseFile | undefined {
  const file = json(text);
  return file?.place !== undefined && typeof file.identity === 'string' ? (file as LeaseFile) : undefined;
}

function parsedOld(text: string): OldLeaseFile | undefined {
  const file = json(text);
  return typeof file?.identity === 'string' && typeof file.run === 'string'
    ? (file as OldLeaseFile)
    : undefined;
}

function json(text: string): Partial<LeaseFile> | null | undefined {
  try {
    return JSON.parse(text) as Partial<LeaseFile> | null;
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function besides(path: string, what: string): string {
  return `${path}.${what}-${randomBytes(6).toString('hex')}`;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
