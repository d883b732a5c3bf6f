import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { kill } from 'node:process';
import { isOver, type LeaseHolder, type LeaseObject, type LeaseState } from '@ordeal/shared/lease/object';
import type { Platform } from '@ordeal/shared/platform/platform';
import { isAlive, pidOf, processIdentity } from '@ordeal/shared/process/identity';
import { placeFrom, processPlace, type ProcessPlace } from '@ordeal/shared/process/place';
import { userId } from '@ordeal/shared/process/user';
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

/** What takes a lease: it is gone with its process. */
export interface LeaseProcess {
  readonly pid: number;
  readonly place: ProcessPlace;
  /** Number of the user that it belongs to. Default: of this process. */
  readonly uid?: number;
}

/** How the files of leases begin: they may lie among others. */
const PREFIX = 'ordeal-lease-';

/**
 * The one lease on a platform, as a file: two runs that share this folder cannot disturb each other. One whose
 * process is seen to be gone is taken over at once; one of a process that cannot be looked at, as from another
 * container with the same folder, once it has run out. The platform is told apart by the origin of its entry, however
 * that is spelled: two labs are two platforms, and two files of one platform are one.
 *
 * Each user has a file of its own, as nobody may remove another's from a folder of all: a lease is taken by putting
 * one's own there while nobody else's is under way, and looking once more. Of two who do so at the same moment none
 * begins.
 */
export function fileLease(
  folder: string,
  { name, entry }: Pick<Platform, 'name' | 'entry'>,
  { pid, place, uid = userId() }: LeaseProcess,
  clock: Clock,
): LeaseObject {
  const stem = `${PREFIX}${createHash('sha256').update(originOf(entry)).digest('hex').slice(0, 16)}.`;
  const path = join(folder, `${stem}${uid}.json`);
  const identity = processIdentity(pid) ?? `${pid}@unknown`;

  /** Writes it beside its place, and puts it there whole: nobody ever reads half a lease. */
  const put = (holder: LeaseHolder, seconds: number, into: (own: string) => boolean): string | undefined => {
    mkdirSync(folder, { recursive: true });
    const renewedAt = new Date(clock.wall()).toISOString();
    const file: LeaseFile = { ...holder, platform: name, identity, place, renewedAt, seconds };
    const text = JSON.stringify(file);
    const own = besides(path, 'new');
    try {
      writeFileSync(own, text, { flag: 'wx' });
      // For others to read, whatever this user keeps to itself otherwise.
      chmodSync(own, 0o644);
      touch(own, clock);
      return into(own) ? text : undefined;
    } finally {
      rmSync(own, { force: true });
    }
  };
  /** Of another user's run that is under way. */
  const another = (): LeaseState | undefined =>
    leasesIn(folder)
      .filter((file) => file.startsWith(stem) && file !== basename(path))
      .flatMap((file) => stateOf(join(folder, file), place)?.state ?? [])
      .find((state) => !isOver(state, clock));
  const create = (holder: LeaseHolder, seconds: number): string | undefined => {
    if (another() !== undefined) return undefined;
    const version = put(holder, seconds, (own) => linked(own, path));
    if (version === undefined || another() === undefined) return version;
    takenAway(path, version);
    return undefined;
  };
  /** Not renewed for so long that another user may have taken it over. */
  const hasLapsed = (): boolean => {
    const own = stateOf(path, place)?.state;
    return own === undefined || isOver({ ...own, process: 'out-of-sight' }, clock);
  };
  const isOurs = ({ run }: LeaseHolder, text: string): boolean => {
    const file = parsed(text);
    return file?.run === run && file.identity === identity && placeFrom(place, file.place) === 'here';
  };

  return {
    where: `the lease ${path}`,
    read: async () => another() ?? stateOf(path, place)?.state,
    create: async (holder, seconds) => create(holder, seconds),
    replace: async (version, holder, seconds) => {
      if (textOf(path) !== version) return undefined;
      if (isOurs(holder, version)) {
        if (hasLapsed() && another() !== undefined) return undefined;
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
  const place = processPlace();
  return leasesIn(folder)
    .flatMap((file) => stateOf(join(folder, file), place) ?? [])
    .filter(({ state }) => !isOver(state, clock))
    .map(({ holder }) => holder);
}

/** Takes away what this user's runs have left that were killed: of one that only asked nobody ever takes it over. */
export function forgetDead(folder: string): void {
  const here = processPlace();
  for (const file of leasesIn(folder).filter((one) => one.endsWith(`.${userId()}.json`))) {
    const path = join(folder, file);
    const { state } = stateOf(path, here) ?? {};
    if (state?.process === 'gone') takenAway(path, state.version);
  }
}

function leasesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((file) => file.startsWith(PREFIX) && file.endsWith('.json'));
}

/** Whoever is reached by it is one platform: neither a path nor the way of writing it makes another one. */
export function originOf(entry: string): string {
  return URL.canParse(entry) ? new URL(entry).origin : entry;
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
  const touched = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
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
      if (isAlive(identity)) return 'alive';
      return isHidden(identity) ? 'out-of-sight' : 'gone';
    case 'before-restart':
      return 'gone';
    case 'elsewhere':
      return 'out-of-sight';
  }
}

/** Whether the process there is another user's, and this machine shows nobody those (`hidepid`). */
function isHidden(identity: string): boolean {
  if (processIdentity(pidOf(identity)) !== undefined) return false;
  try {
    kill(pidOf(identity), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'EPERM';
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

/**
 * Undefined: there is none. What somebody has put there that is no file, or may not be read, is empty: nothing is
 * followed, and nothing waited for, in a folder in which all may write.
 */
function textOf(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return readFileSync(file, 'utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function besides(path: string, what: string): string {
  return `${path}.${what}-${randomBytes(6).toString('hex')}`;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
