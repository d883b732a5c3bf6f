import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { locate } from '../toolchain/find.ts';
import { optionalComponents, type OptionalComponentName } from '../toolchain/optional-components.ts';
import { proofComponents, type ProofComponentName } from '../toolchain/proof-components.ts';
import { testComponents, type TestComponentName } from '../toolchain/test-components.ts';

/** What tests find only where it was set up for them. */
type Name = TestComponentName | OptionalComponentName | ProofComponentName;

const cacheDir = fileURLToPath(new URL('../../../../.cache/tools/bin', import.meta.url));

/** Path of a program that not every run needs; undefined when it is not there. */
export function testProgram(name: Name): string | undefined {
  const known = [...testComponents, ...optionalComponents, ...proofComponents];
  const component = known.find((one) => one.name === name);
  const located = component === undefined ? undefined : locate(component, { env, cacheDir });
  return located?.found === true ? located.path : undefined;
}

/** Why tests that need these programs are skipped here; undefined when all of them are there. */
export function withoutPrograms(...names: readonly Name[]): string | undefined {
  const missing = names.filter((name) => testProgram(name) === undefined);
  if (missing.length === 0) return undefined;
  // The set-up for tests leaves out what only proofs need.
  const named = missing.filter((name) => proofComponents.some((component) => component.name === name));
  const asked = [...(named.length < missing.length ? ['--tests'] : []), ...named];
  return `skipped: ${missing.join(', ')} not found (npm run setup -- ${asked.join(' ')})`;
}
