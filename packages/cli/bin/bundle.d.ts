export const BUNDLE: string;
export const MANIFEST: string;
export function bundleFolder(root: string): string;
export function freshBundle(folder: string, root: string): string | undefined;
export function looksOf(path: string): string;
export function hashOf(path: string): string;
