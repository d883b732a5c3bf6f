import { versions } from 'node:process';
import { locateAll } from '@ordeal/shared/toolchain/find';
import { versionOf } from '@ordeal/shared/toolchain/version';
import { exitCodes } from '../command-error.ts';
import { toolCache, type Edge } from '../edge.ts';

interface Row {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly neededFor: string;
  readonly override: string;
  readonly ok: boolean;
}

/** `ordeal doctor`: every program with its version, where it was found, and what it is needed for. */
export async function doctorCommand(options: { readonly json?: boolean }, edge: Edge): Promise<number> {
  const located = locateAll({ env: edge.env, cacheDir: toolCache(edge) });
  const rows: Row[] = [
    {
      name: 'node',
      version: versions.node,
      path: edge.node,
      neededFor: 'everything',
      override: '',
      ok: true,
    },
    ...(await Promise.all(
      located.map(async (one): Promise<Row> => {
        const version = await versionOf(one);
        const broken = one.found && version === undefined;
        return {
          name: one.component.name,
          version: version ?? (one.found ? 'does not run' : 'missing'),
          path: one.found ? one.path : one.reason,
          neededFor: one.component.neededFor,
          override: one.component.override,
          ok: one.found && !broken,
        };
      }),
    )),
  ];
  if (options.json === true) edge.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else edge.stdout.write(render(rows));
  return rows.every((row) => row.ok) ? exitCodes.pass : exitCodes.fail;
}

function render(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const override = row.override === '' ? '' : `  (${row.override} overrides)`;
    return `${row.ok ? '✔' : '✖'} ${row.name.padEnd(18)} ${row.version.padEnd(14)} ${row.path}\n  ${' '.repeat(18)} needed for ${row.neededFor}${override}`;
  });
  const missing = rows.filter((row) => !row.ok);
  const closing =
    missing.length === 0
      ? 'Everything is there.'
      : `${missing.length} missing: \`npm run setup\` installs them, or says exactly what to install.`;
  return `${lines.join('\n')}\n\n${closing}\n`;
}
