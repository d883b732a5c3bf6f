import { versions } from 'node:process';
import { locate, locateAll, type Located } from '@ordeal/shared/toolchain/find';
import { optionalComponents } from '@ordeal/shared/toolchain/optional-components';
import { versionOf } from '@ordeal/shared/toolchain/version';
import { exitCodes } from '../command-error.ts';
import { toolCache, type Edge } from '../edge.ts';

const missing = 'missing';

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
  const places = { env: edge.env, cacheDir: toolCache(edge) };
  const optional = optionalComponents.map((component) => locate(component, places));
  const rows: Row[] = [
    {
      name: 'node',
      version: versions.node,
      path: edge.node,
      neededFor: 'everything',
      override: '',
      ok: true,
    },
    ...(await Promise.all(locateAll(places).map(rowOf))),
    ...(await Promise.all(optional.map(optionalRowOf))),
  ];
  if (options.json === true) edge.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else edge.stdout.write(render(rows));
  return rows.every((row) => row.ok) ? exitCodes.pass : exitCodes.fail;
}

async function rowOf(one: Located): Promise<Row> {
  const version = await versionOf(one);
  return {
    name: one.component.name,
    version: version ?? (one.found ? 'does not run' : missing),
    path: one.found ? one.path : one.reason,
    neededFor: one.component.neededFor,
    override: one.component.override,
    ok: version !== undefined,
  };
}

/** What only some labs need may be missing. */
async function optionalRowOf(one: Located): Promise<Row> {
  const row = await rowOf(one);
  if (one.found) return row;
  return { ...row, path: `${one.reason} (npm run setup -- ${row.name})`, ok: true };
}

function render(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const override = row.override === '' ? '' : `  (${row.override} overrides)`;
    const mark = !row.ok ? '✖' : row.version === missing ? '·' : '✔';
    return `${mark} ${row.name.padEnd(18)} ${row.version.padEnd(14)} ${row.path}\n  ${' '.repeat(18)} needed for ${row.neededFor}${override}`;
  });
  const broken = rows.filter((row) => !row.ok);
  const closing =
    broken.length === 0
      ? 'Everything is there.'
      : `${broken.length} missing: \`npm run setup\` installs them, or says exactly what to install.`;
  return `${lines.join('\n')}\n\n${closing}\n`;
}
