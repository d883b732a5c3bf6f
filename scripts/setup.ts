import { join } from 'node:path';
import { chalk, echo } from 'zx';
import { bundleFolder, freshBundle } from '../packages/cli/bin/bundle.js';
import { components, type Component } from '../packages/shared/src/toolchain/components.ts';
import { locate } from '../packages/shared/src/toolchain/find.ts';
import { optionalComponents } from '../packages/shared/src/toolchain/optional-components.ts';
import { proofComponents } from '../packages/shared/src/toolchain/proof-components.ts';
import { testComponents } from '../packages/shared/src/toolchain/test-components.ts';
import { cacheDir, install } from './toolchain/install.ts';

/*
 * Installs the programs that are missing, where that is possible, and otherwise says exactly what to install,
 * all of it at once. Does nothing, quickly, when everything is there. What only some labs or proofs need is set up when
 * it is named (`npm run setup -- versitygw`). `--tests` sets up what any lab needs, and what only tests need: where one of
 * these cannot be had, the tests that need it are skipped, and say so; in continuous integration they fail.
 */

const asked = process.argv.slice(2);
const named: readonly Component[] = [...optionalComponents, ...proofComponents];
const unknown = asked.filter((word) => word !== '--tests' && !named.some(({ name }) => name === word));
if (unknown.length > 0) {
  const known = ['--tests', ...named.map(({ name }) => name)].join(', ');
  console.error(`The set-up does not know ${unknown.join(', ')}. It takes ${known}.`);
  process.exit(64);
}
const missing = findMissing([...components, ...named.filter(({ name }) => asked.includes(name))]);
if (missing.length > 0) {
  const blocked = await install(missing);
  const still = findMissing(missing);
  if (still.length > 0) {
    explain(still, blocked);
    process.exit(64);
  }
}
await bundleCommand();
if (asked.includes('--tests')) {
  const wanted = findMissing([...testComponents, ...optionalComponents]);
  const blocked = wanted.length === 0 ? new Map<string, string>() : await install(wanted);
  for (const { name, debian, neededFor } of findMissing(wanted)) {
    const reason = blocked.get(name) ?? blocked.get(debian ?? '') ?? 'still not found';
    echo(`  ${name} is missing (${reason}): ${neededFor} will be skipped, or fail where CI is set`);
  }
}

/** Bundles the command when there is no bundle of the sources as they are. Without one it starts from these. */
async function bundleCommand(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  if (freshBundle(bundleFolder(root), root) !== undefined) return;
  try {
    const { makeBundle } = await import('./toolchain/bundle.ts');
    await makeBundle();
  } catch (error) {
    echo(`  ordeal could not be bundled and starts from its sources, which takes longer: ${String(error)}`);
  }
}

function findMissing(list: readonly Component[]): readonly Component[] {
  return list.filter((component) => !locate(component, { env: process.env, cacheDir }).found);
}

function explain(lacking: readonly Component[], reasons: ReadonlyMap<string, string>): void {
  const lines = lacking.map((component) => {
    const reason = reasons.get(component.name) ?? reasons.get(component.debian ?? '') ?? 'still not found';
    return `  ${component.name.padEnd(18)} ${reason}\n${' '.repeat(21)}needed for ${component.neededFor}; or set ${component.override}`;
  });
  const debian = lacking.flatMap((component) => component.debian ?? []);
  const homebrew = lacking.flatMap((component) => component.homebrew ?? []);
  const go = lacking.filter((component) => component.go !== undefined);
  console.error(chalk.bold('These programs are missing:\n') + lines.join('\n'));
  console.error('\nInstall them:');
  if (debian.length > 0) console.error(`  Debian, Ubuntu:  sudo apt-get install ${debian.join(' ')}`);
  if (homebrew.length > 0) console.error(`  macOS:           brew install ${homebrew.join(' ')}`);
  if (go.length > 0) console.error('  Go 1.26 or newer: https://go.dev/dl');
  console.error('\nThen run the same command again. `npx ordeal doctor` shows what was found.');
}
