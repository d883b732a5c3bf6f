import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Data and log are there side by side for a while. */
const factor = 1.2;
/** An empty server with its first log files. */
const serverBytes = 64 * 2 ** 20;

/** Bytes that a server with so much data needs where there is none yet. */
export function roomFor(bytes: number): number {
  return bytes * factor + serverBytes;
}

/** Bytes that are free where the directory is, or will be. */
export function freeAt(dir: string): number {
  const { bavail, bsize } = statfsSync(nearest(dir));
  return bavail * bsize;
}

/** The directory, or the nearest one above it that is there. */
export function nearest(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : nearest(dirname(dir));
}

export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
