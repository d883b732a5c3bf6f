import { env, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { requireTools, type Tools } from '../toolchain/find.ts';
import type { OptionalComponentName } from '../toolchain/optional-components.ts';

/** The programs that tests run for real, found as `ordeal` itself finds them, and the Node that runs the tests. */
export function testTools(wanted: readonly OptionalComponentName[] = []): Tools & { readonly node: string } {
  const cacheDir = fileURLToPath(new URL('../../../../.cache/tools/bin', import.meta.url));
  return { ...requireTools({ env, cacheDir }, wanted), node: execPath };
}
