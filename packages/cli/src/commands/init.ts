import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { askPrometheus } from '../init/ask-prometheus.ts';
import { fromOpenApi, type OpenApi } from '../init/from-openapi.ts';
import { fromPrometheus } from '../init/from-prometheus.ts';
import type { Proposal, ProposedTelemetry } from '../init/proposal.ts';
import { renderPlatform } from '../init/render.ts';

export interface InitOptions {
  readonly entry: string;
  readonly health?: readonly string[];
  readonly openapi?: string;
  readonly prometheus?: string;
}

/** `ordeal init <name>`: writes a first profile into ./platforms/<name>. Asks the platform nothing. */
export async function initCommand(
  name: string | undefined,
  options: InitOptions,
  edge: Edge,
): Promise<number> {
  const mistakes = mistakesOf(name, options);
  if (name === undefined || mistakes.length > 0) {
    throw new CommandError(`ordeal init: ${mistakes.join('; ')}`, exitCodes.usage);
  }
  const folder = join(edge.cwd, 'platforms', name);
  if (existsSync(folder)) {
    throw new CommandError(
      `${relative(edge.cwd, folder)} exists already, and nothing of it is overwritten: choose another name, or remove it.`,
      exitCodes.usage,
    );
  }
  const api = options.openapi === undefined ? undefined : fromOpenApi(readOpenApi(edge, options.openapi));
  const telemetry = options.prometheus === undefined ? undefined : await telemetryOf(options.prometheus);
  const found = [...(options.health ?? []), ...(api?.health ?? [])];
  const health = [...new Set(found.length > 0 ? found : ['/health'])];
  const [first = '/health'] = health;
  const proposal: Proposal = {
    name,
    entry: options.entry,
    health,
    journeys:
      api === undefined || api.journeys.length === 0
        ? [
            {
              name: 'first',
              title: 'A first request: replace it by a critical flow',
              steps: [{ kind: 'get', name: 'first request', path: first, expect: 200 }],
            },
          ]
        : api.journeys,
    telemetry,
  };
  for (const [file, text] of Object.entries(renderPlatform(proposal))) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    edge.stdout.write(`wrote ${relative(edge.cwd, path)}\n`);
  }
  edge.stdout.write(
    `\nNow look at what would be done, and do it:\n  ordeal plan  --platform ${name}\n  ordeal smoke --platform ${name}\n`,
  );
  return exitCodes.pass;
}

function mistakesOf(name: string | undefined, { entry, health = [], prometheus }: InitOptions): string[] {
  const isHttp = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  return [
    ...(name !== undefined && /^[a-z0-9][a-z0-9-]*$/.test(name)
      ? []
      : [
          `expected a name of lower-case letters, digits and hyphens, for instance "shop"; found ${JSON.stringify(name ?? 'none')}`,
        ]),
    ...(isHttp(entry) ? [] : [`--entry: expected an address such as https://shop.example, found "${entry}"`]),
    ...(prometheus === undefined || isHttp(prometheus)
      ? []
      : [`--prometheus: expected an address such as https://prometheus.example, found "${prometheus}"`]),
    ...health
      .filter((path) => !path.startsWith('/'))
      .map((path) => `--health: expected a path that begins with /, found "${path}"`),
  ];
}

/** An OpenAPI 3 document, as JSON or YAML. */
function readOpenApi(edge: Edge, file: string): OpenApi {
  const path = resolve(edge.cwd, file);
  if (!existsSync(path)) throw new CommandError(`--openapi: there is no file ${path}`, exitCodes.usage);
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`--openapi: ${path} is neither JSON nor YAML: ${why}`, exitCodes.usage, [], error);
  }
  const { paths } = (document ?? {}) as Partial<OpenApi>;
  if (typeof paths !== 'object' || paths === null) {
    throw new CommandError(
      `--openapi: expected an OpenAPI 3 document with "paths" in ${path}, found none`,
      exitCodes.usage,
    );
  }
  return document as OpenApi;
}

async function telemetryOf(url: string): Promise<ProposedTelemetry> {
  try {
    return fromPrometheus(await askPrometheus(url));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`--prometheus: ${why}`, exitCodes.usage, [], error);
  }
}
