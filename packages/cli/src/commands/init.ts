import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { reasonOf } from '@ordeal/shared/reason-of';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { askForRest, canAsk, type InitAnswers } from '../init/ask.ts';
import { fromOpenApi } from '../init/from-openapi.ts';
import { leftOutLines } from '../init/left-out.ts';
import { entryMistake, healthMistake, nameMistake, prometheusMistake } from '../init/mistakes.ts';
import { ACCESS_FLAGS, accessMistakes, accessOf, type PrometheusFlags } from '../init/prometheus-access.ts';
import type { OpenApi } from '../init/openapi.ts';
import type { Proposal } from '../init/proposal.ts';
import { renderPlatform } from '../init/render.ts';
import { pathBelow } from '../init/servers.ts';
import { telemetryOf } from '../init/telemetry.ts';
import { isObject } from '../init/values.ts';

export interface InitOptions extends Omit<InitAnswers, 'name'>, PrometheusFlags {
  readonly json?: boolean;
}

/**
 * `ordeal init [name]`: writes a first profile into ./platforms/<name>. What is not said is asked for, where somebody
 * sits at a terminal. Asks the platform itself nothing.
 */
export async function initCommand(
  given: string | undefined,
  flags: InitOptions,
  edge: Edge,
): Promise<number> {
  const said: InitAnswers = { ...flags, name: given };
  const wrong = [...mistakesOf(said, edge), ...accessMistakes(flags, edge.env)].filter(
    (one) => one !== undefined,
  );
  if (wrong.length > 0) throw new CommandError(`ordeal init: ${wrong.join('; ')}`, exitCodes.usage);
  const isWhole = said.name !== undefined && said.entry !== undefined;
  const { name, ...options } = isWhole || !canAsk(edge) ? said : await askForRest(said, edge);
  const missing = [
    ...(name === undefined ? [nameMistake(name, edge.cwd)] : []),
    ...(options.entry === undefined ? [entryMistake(options.entry)] : []),
  ];
  if (name === undefined || options.entry === undefined) {
    throw new CommandError(`ordeal init: ${missing.join('; ')}`, exitCodes.usage);
  }
  const folder = join(edge.cwd, 'platforms', name);
  const api =
    options.openapi === undefined
      ? undefined
      : fromOpenApi(readOpenApi(edge, options.openapi), options.entry);
  if (options.prometheus === undefined && Object.keys(flags).some((flag) => /^prometheus./.test(flag))) {
    throw new CommandError(
      `ordeal init: --prometheus-job, ${ACCESS_FLAGS}: expected --prometheus with it, found none`,
      exitCodes.usage,
    );
  }
  const leftOut = api === undefined ? [] : leftOutLines(api, options.openapi ?? '');
  for (const line of leftOut) edge.stdout.write(`${line}\n`);
  const authorization = api?.authorization ?? [];
  if (authorization.length > 0) {
    edge.stdout.write(
      `${options.openapi} asks for authorization (${authorization.join(', ')}): put it into headers of ${join('platforms', name, 'platform.ts')}, or what is proposed is refused by the platform\n`,
    );
  }
  const telemetry =
    options.prometheus === undefined
      ? undefined
      : await telemetryOf(
          { name, url: options.prometheus, access: accessOf(flags), job: flags.prometheusJob },
          edge,
        );
  const usual = `${pathBelow(new URL(options.entry))}/health`;
  const found = [...(options.health ?? []), ...(api?.health ?? [])];
  const health = [...new Set(found.length > 0 ? found : [usual])];
  const [first = usual] = health;
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
    authorization,
    telemetry,
  };
  for (const [file, text] of Object.entries(renderPlatform(proposal))) {
    const path = join(folder, file);
    writeNew(path, text);
    edge.stdout.write(`wrote ${relative(edge.cwd, path)}\n`);
  }
  edge.stdout.write(
    `\nNow look at what would be done, and do it:\n  ordeal plan  --platform ${name}\n  ordeal smoke --platform ${name}\n`,
  );
  return exitCodes.pass;
}

/** Of what was said. */
function mistakesOf({ name, entry, health = [], prometheus }: InitAnswers, { cwd }: Edge) {
  return [
    ...(name === undefined ? [] : [nameMistake(name, cwd)]),
    ...(entry === undefined ? [] : [entryMistake(entry)]),
    ...(prometheus === undefined ? [] : [prometheusMistake(prometheus)]),
    ...health.map(healthMistake),
  ];
}

function writeNew(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new CommandError(
      `ordeal init: ${path} cannot be written: ${reasonOf(error)}`,
      exitCodes.usage,
      [],
      error,
    );
  }
}

/** An OpenAPI 3 document, as JSON or YAML. */
function readOpenApi(edge: Edge, file: string): OpenApi {
  const path = resolve(edge.cwd, file);
  if (!existsSync(path)) throw new CommandError(`--openapi: there is no file ${path}`, exitCodes.usage);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(
      `--openapi: ${path} cannot be read: ${reasonOf(error)}`,
      exitCodes.usage,
      [],
      error,
    );
  }
  let document: unknown;
  try {
    document = parse(text);
    // YAML can name a value within itself, of which no body could be made.
    JSON.stringify(document);
  } catch (error) {
    throw new CommandError(
      `--openapi: ${path} is neither JSON nor YAML: ${reasonOf(error)}`,
      exitCodes.usage,
      [],
      error,
    );
  }
  const { openapi, swagger, paths } = isObject(document) ? document : {};
  const found = openapi ?? swagger;
  if (!/^3(\.|$)/.test(String(found))) {
    const what = found === undefined ? 'none' : `version ${String(found)}`;
    throw new CommandError(
      `--openapi: expected an OpenAPI 3 document in ${path}, found ${what}`,
      exitCodes.usage,
    );
  }
  if (!isObject(paths)) {
    throw new CommandError(
      `--openapi: expected an OpenAPI 3 document with "paths" in ${path}, found none`,
      exitCodes.usage,
    );
  }
  return { ...(document as object), paths };
}
