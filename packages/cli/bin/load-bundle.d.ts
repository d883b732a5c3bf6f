import type { Script } from 'node:vm';

/** The flags of V8 with which what it has compiled of a part has to be made. */
export const WHILE_LOADED: string;
export const COMPILED: string;
export function loadPart(
  path: string,
  kept?: (path: string) => { readonly cachedData?: Buffer } | undefined,
  compiled?: (path: string, script: Script) => void,
): unknown;
