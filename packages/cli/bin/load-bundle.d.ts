import type { Script } from 'node:vm';

export const COMPILED: string;
export function loadPart(
  path: string,
  kept?: (path: string) => { readonly cachedData?: Buffer } | undefined,
  compiled?: (path: string, script: Script) => void,
): unknown;
