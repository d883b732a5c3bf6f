export const MANIFEST: string;
export const HASHES: string;
export const NODE: string;
export function bundleFolder(root: string): string;
export function freshBundle(folder: string, root: string): string | undefined;
export function looksOf(path: string): readonly [size: number, ino: number, mtimeMs: number, ctimeMs: number];
export function hashOf(path: string): string;
