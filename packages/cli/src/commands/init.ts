import { join, relative } from 'node:path';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { askForRest, canAsk, type InitAnswers } from '../init/ask.ts';
import { fromOpenApi, type FromOpenApi } from '../init/from-openapi.ts';
import { leftOutLines } from '../init/left-out.ts';
import {
  entryMistake,
  healthMistake,
  nameMistake,
  openApiMistake,
  prometheusMistake,
} from '../init/mistakes.ts';
import { ACCESS_FLAGS, accessMistakes, accessOf, type PrometheusFlags } from '../init/prometheus-access.ts';
import type { Proposal, ProposedHealth } from '../init/proposal.ts';
import { readOpenApi } from '../init/read-openapi.ts';
import { renderPlatform } from '../init/render.ts';
import { pathBelow } from '../init/servers.ts';
import { telemetryOf } from '../init/telemetry.ts';
import { writeProfile } from '../init/write-profile.ts';

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
  const wrong = [...mistakesOf(said, edge), ...accessMistakes(flags, edge)].filter(
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
      : fromOpenApi(readOpenApi(edge.cwd, options.openapi), options.entry);
  if (options.prometheus === undefined && Object.keys(flags).some((flag) => /^prometheus./.test(flag))) {
    throw new CommandError(
      `ordeal init: --prometheus-job, ${ACCESS_FLAGS}: expected --prometheus with it, found none`,
      exitCodes.usage,
    );
  }
  const document = options.openapi ?? '';
  for (const line of api === undefined ? [] : linesOf(api, document)) edge.stdout.write(`${line}\n`);
  const authorization = api?.authorization ?? [];
  if (authorization.length > 0) {
    edge.stdout.write(
      `${document} asks for authorization (${authorization.join(', ')}): put it into headers of ${join('platforms', name, 'platform.ts')}, or what is proposed is refused by the platform\n`,
    );
  }
  const telemetry =
    options.prometheus === undefined
      ? undefined
      : await telemetryOf(
          { name, url: options.prometheus, access: accessOf(flags, edge.cwd), job: flags.prometheusJob },
          edge,
        );
  const usual: ProposedHealth = { path: `${pathBelow(new URL(options.entry))}/health`, status: 200 };
  const documented = api?.health ?? [];
  const named = (options.health ?? [])
    .filter((path) => documented.every((one) => one.path !== path))
    .map((path) => ({ path, status: 200 }));
  const found = [...named, ...documented];
  const health = found.length > 0 ? found : [usual];
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
              steps: [{ kind: 'get', name: 'first request', path: first.path, expect: first.status }],
            },
          ]
        : api.journeys,
    authorization,
    telemetry,
  };
  const files = renderPlatform(proposal);
  await writeProfile(folder, files, edge);
  for (const file of Object.keys(files)) {
    edge.stdout.write(`wrote ${relative(edge.cwd, join(folder, file))}\n`);
  }
  edge.stdout.write(
    `\nNow look at what would be done, and do it:\n  ordeal plan  --platform ${name}\n  ordeal smoke --platform ${name}\n`,
  );
  return exitCodes.pass;
}

/** Of what was said. */
function mistakesOf({ name, entry, health = [], openapi, prometheus }: InitAnswers, { cwd }: Edge) {
  return [
    ...(name === undefined ? [] : [nameMistake(name, cwd)]),
    ...(entry === undefined ? [] : [entryMistake(entry)]),
    ...(prometheus === undefined ? [] : [prometheusMistake(prometheus)]),
    ...(openapi === undefined ? [] : [openApiMistake(openapi, cwd)]),
    ...health.map(healthMistake),
  ];
}

/** What is said of a document besides what is written: what of it is left out, and that nothing could be proposed. */
function linesOf(api: FromOpenApi, document: string): readonly string[] {
  return [
    ...(api.notFollowed.length === 0
      ? []
      : [
          `not followed in ${document}, so what needs it is left out: ${api.notFollowed.join(', ')} (put everything into one document first)`,
        ]),
    ...leftOutLines(api.leftOut),
    ...(api.journeys.length === 0
      ? [`no journey could be proposed from ${document}: the one that is written is a place to begin`]
      : []),
    ...(api.health.length === 0 ? [`no health check could be proposed from ${document}`] : []),
  ];
}
