import type { Readable } from 'node:stream';

/** A file as a storage lists it. */
export interface StoredFile {
  /** With `/` between folders. */
  readonly name: string;
  readonly bytes: number;
  /** When its writing ended, by the storage's clock: wall-clock milliseconds. */
  readonly modified: number;
}

/** Where backups are kept. Names are relative, with `/` between folders; a name that leads out of it is refused. */
export interface BackupStorage {
  /** For people. */
  readonly place: string;
  /** All files below a folder (`''`: all there are), by name. A folder that is not there has none. */
  list(folder: string): Promise<readonly StoredFile[]>;
  /** Emits an error when it cannot be read to its end. */
  read(name: string): Promise<Readable>;
  /**
   * Writes a whole file; nobody sees it before it is complete. Rejects, and leaves nothing, when the source fails, and
   * when there is a file of this name: a backup is never overwritten.
   */
  write(name: string, source: AsyncIterable<Uint8Array>): Promise<void>;
  remove(name: string): Promise<void>;
  /** Takes a folder away with all that is in it. */
  removeAll(folder: string): Promise<void>;
  /** Takes away what somebody who is no more had begun to write into a folder, of these files. */
  endWriting(folder: string, files: readonly string[]): Promise<void>;
}

/** Rejects names that could lead somewhere else. */
export function checkName(name: string): string {
  const parts = name.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || name.includes('\0')) {
    throw new Error(`expected the name of a file in the storage, found ${JSON.stringify(name)}`);
  }
  return name;
}
