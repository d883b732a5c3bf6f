import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ComponentName } from '../toolchain/components.ts';
import { requireTools } from '../toolchain/find.ts';

/** The programs that tests run for real, found as `ordeal` itself finds them, and the Node that runs the tests. */
export function testTools(): Readonly<Record<ComponentName | 'node', string>> {
  const cacheDir = fileURLToPath(new URL('../../../../.cache/tools/bin', import.meta.url));
  return { ...requireTools({ env, cacheDir }), node: execPath };
}
