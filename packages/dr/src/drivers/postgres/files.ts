import { chownSync, closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresNode } from './config.ts';
import { standbyConninfo } from './conninfo.ts';
import { withReplication } from './settings-file.ts';

/** Files with which a node's own administrator says how it runs; they stay with the node. */
const ownFiles = ['postgresql.conf', 'pg_hba.conf', 'pg_ident.conf'];

type Owner = PostgresNode['runAs'];

/**
 * Makes whatever starts in the directory a standby that follows nobody: it can be read, and never written.
 * A server that runs already does not notice. Synced when it returns.
 */
export function writeFence(dataDir: string, owner: Owner): void {
  // The settings come first: with the signal file alone the server would follow whom it followed before.
  writeReplication(dataDir, readAutoConf(dataDir), { primary_conninfo: '', primary_slot_name: '' }, owner);
  writeSynced(join(dataDir, 'standby.signal'), '', owner);
}

/** Lets a server that is the primary be it after a restart as well. */
export function liftFence(dataDir: string): void {
  rmSync(join(dataDir, 'standby.signal'), { force: true });
  syncDir(dataDir);
}

/** Whether the directory's next start is that of a standby that follows nobody. */
export function isFenced(dataDir: string): boolean {
  return (
    existsSync(join(dataDir, 'standby.signal')) && /^primary_conninfo = ''$/m.test(readAutoConf(dataDir))
  );
}

/**
 * Makes the directory that of this node's standby: its own data, or a fresh copy of the primary's, which then
 * gets the node's own configuration.
 */
export function writeStandby(dir: string, node: PostgresNode): void {
  const fresh = dir !== node.dataDir;
  const old = (name: string): string => join(node.dataDir, name);
  for (const name of fresh ? ownFiles.filter((one) => existsSync(old(one))) : []) {
    copyFileSync(old(name), join(dir, name));
    own(join(dir, name), node.runAs);
  }
  // The signal file first: with the upstream alone, it would start as a primary.
  writeSynced(join(dir, 'standby.signal'), '', node.runAs);
  const settings = readAutoConf(existsSync(old('postgresql.auto.conf')) ? node.dataDir : dir);
  const upstream = { primary_conninfo: standbyConninfo(node), primary_slot_name: node.slot };
  writeReplication(dir, settings, upstream, node.runAs);
}

/** An empty directory that only the server's owner can enter. */
export function makeOwnedDir(path: string, owner: Owner): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { mode: 0o700 });
  own(path, owner);
}

/**
 * Puts `freshDir` in the place of `dataDir`, which is kept as `oldDir`. Between the two renames there is no
 * data directory at all: a start in that moment fails, and never finds the old data.
 */
export function swapDirs(dataDir: string, freshDir: string, oldDir: string): void {
  if (existsSync(dataDir)) {
    rmSync(oldDir, { recursive: true, force: true });
    renameSync(dataDir, oldDir);
  }
  renameSync(freshDir, dataDir);
  syncDir(dirname(dataDir));
}

/** Where a rejoin makes its copy, and where it keeps the old data until that streams. */
export function freshDirOf(dataDir: string): string {
  return `${dataDir}.fresh`;
}
export function oldDirOf(dataDir: string): string {
  return `${dataDir}.old`;
}
/** Which undo entry the newest rejoin of the node has, while it is under way. */
export function noteOf(dataDir: string): string {
  return `${dataDir}.rejoin`;
}

/** Whether this machine has the node's files, be it those of a rejoin that was cut short between its two renames. */
export function hasFiles(dataDir: string): boolean {
  return [dataDir, oldDirOf(dataDir), freshDirOf(dataDir)].some((path) => existsSync(path));
}

function readAutoConf(dataDir: string): string {
  const path = join(dataDir, 'postgresql.auto.conf');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function writeReplication(
  dataDir: string,
  text: string,
  settings: Readonly<Record<string, string>>,
  owner: Owner,
): void {
  writeSynced(join(dataDir, 'postgresql.auto.conf'), withReplication(text, settings), owner);
}

/** Replaces a file in one step: a server that starts meanwhile reads the old text or the new one. */
function writeSynced(path: string, text: string, owner: Owner): void {
  const beside = `${path}.ordeal`;
  const file = openSync(beside, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  own(beside, owner);
  renameSync(beside, path);
  syncDir(dirname(path));
}

function syncDir(path: string): void {
  const dir = openSync(path, 'r');
  try {
    fsyncSync(dir);
  } finally {
    closeSync(dir);
  }
}

function own(path: string, owner: Owner): void {
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
}
