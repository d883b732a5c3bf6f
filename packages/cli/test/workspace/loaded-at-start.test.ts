import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const entries = ['src/main.ts', 'src/commands/run.ts', 'src/run/phases/smoke.ts'];

/** What is installed and is loaded with some modules, whether it is called for or not. */
async function installedWith(entryPoints: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: entryPoints.map((path) => join(root, 'packages', 'cli', path)),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    outdir: 'out',
    logLevel: 'error',
    plugins: [
      {
        name: 'installed',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@ordeal/') ? undefined : { path, external: true },
          ),
      },
    ],
  });
  const { outputs } = metafile;
  const seen = new Set(
    Object.keys(outputs).filter((path) =>
      entryPoints.some((entry) => outputs[path]?.entryPoint?.endsWith(entry)),
    ),
  );
  const found = new Set<string>();
  // A set goes on to what is added to it meanwhile.
  for (const path of seen) {
    for (const { path: to, kind, external } of outputs[path]?.imports ?? []) {
      if (kind !== 'import-statement') continue;
      if (external === true) found.add(to);
      else seen.add(to);
    }
  }
  return [...found].filter((name) => !name.startsWith('node:')).toSorted();
}

describe('the smoke gate', () => {
  it('loads nothing of what is installed but what reads the command line and checks files', async () => {
    expect(await installedWith(entries)).toEqual(['commander', 'zod']);
  });

  it('is not taken to load nothing because nothing was looked at', async () => {
    expect(await installedWith(['src/run/phases/drill.ts'])).toContain('undici');
  });
});
