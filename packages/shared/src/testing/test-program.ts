import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { locate } from '../toolchain/find.ts';
import { testComponents, type TestComponentName } from '../toolchain/test-components.ts';

const cacheDir = fileURLToPath(new URL('../../../../.cache/tools/bin', import.meta.url));

/** Path of a program that only tests need; undefined when it is not there. */
export function testProgram(name: TestComponentName): string | undefined {
  const component = testComponents.find((one) => one.name === name);
  const located = component === undefined ? undefined : locate(component, { env, cacheDir });
  return located?.found === true ? located.path : undefined;
}

/** Why tests that need these programs are skipped here; undefined when all of them are there. */
export function withoutPrograms(...names: readonly TestComponentName[]): string | undefined {
  const missing = names.filter((name) => testProgram(name) === undefined);
  return missing.length === 0
    ? undefined
    : `skipped: ${missing.join(', ')} not found (npm run setup -- --tests)`;
}
