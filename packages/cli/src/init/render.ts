import type { PrometheusAccess } from './prometheus-access.ts';
import type { Proposal, ProposedJourney, ProposedStep } from './proposal.ts';

/** The files of a first profile: path below the platform's folder, and text. */
export function renderPlatform(proposal: Proposal): Readonly<Record<string, string>> {
  return {
    'platform.ts': platformFile(proposal),
    'scenarios/gameday.ts': scenarioFile(proposal),
    ...Object.fromEntries(
      proposal.journeys.map((journey) => [`journeys/${journey.name}.ts`, journeyFile(journey)]),
    ),
  };
}

/** A game day may take this long, or as long as Prometheus needs to show its load. */
const SHORTEST_LIMIT = 1800;

function platformFile({ name, entry, health, journeys, authorization, telemetry }: Proposal): string {
  // No shell can set one that begins with a digit.
  const variable = `${name.toUpperCase().replaceAll('-', '_').replace(/^\d/, 'PLATFORM_$&')}_URL`;
  const objectives = {
    'smoke gate': {
      signal: { from: 'smoke', measure: 'failed' },
      comparator: '<=',
      limit: 0,
      unit: 'checks',
    },
    'client errors': {
      signal: { from: 'client', measure: 'error-ratio' },
      comparator: '<',
      limit: 0.01,
      unit: 'ratio',
    },
    'client p95': {
      signal: { from: 'client', measure: 'latency', quantile: 0.95 },
      comparator: '<',
      limit: 500,
      unit: 'ms',
    },
    ...telemetry?.objectives,
  };
  return `import { definePlatform } from '@ordeal/shared/platform/platform';

export default definePlatform((context) => ({
  name: ${quoted(name)},
  title: ${quoted(name)},
  environment: 'staging',
  entry: context.env(${quoted(variable)}, ${quoted(entry)}),
  regions: ['main'],
  timeoutMs: 5000,
${authorization.length === 0 ? '' : `  // The OpenAPI document asks for ${quoted(authorization.join(', '))}: without it requests are refused.\n`}  // Sent with every request, for instance { authorization: \`Bearer \${context.env('TOKEN')}\` }
  headers: {},
  tenantHeader: 'x-tenant-id',
  tenants: [{ id: 'ordeal-test', allowedRegions: ['main'] }],
  health: [
${health
  .map(
    ({ path, status }) =>
      `    { name: ${quoted(
        path
          .replaceAll(/[^\w .:-]/g, ' ')
          .replace(/^\W+/, '')
          .trim() || 'root',
      )}, url: ${quoted(path)}, expectStatus: ${status} },`,
  )
  .join('\n')}
  ],
  journeys: {
${journeys.map((journey) => `    ${quoted(journey.name)}: { file: new URL(${quoted(`journeys/${journey.name}.ts`)}, import.meta.url), weight: 1 },`).join('\n')}
  },
  prometheus: {
${telemetry === undefined ? '    // None yet: what the client sees is judged alone.\n' : ''}    url: ${quoted(telemetry?.url ?? 'http://prometheus.invalid')},
${accessLines(telemetry?.access ?? {})}    scrapeIntervalSeconds: ${telemetry?.scrapeIntervalSeconds ?? 15},
    targets: ${indented(telemetry?.targets ?? [])},
  },
  // What is promised. The limits are proposals: put in your own, each with its source.
  objectives: ${indented(objectives)},
  load: { baseline: 5, objectives: ['client errors', 'client p95'] },
  // What may be broken, once you want that: docs/your-platform.md goes on from here.
  faults: {},
  stores: {},
  routes: {},
  probes: [],
  ledger: null,
  sweep: null,
  guardrails: {
    allowFaults: [],
    maxRate: 50,
    maxTargets: 1,
    maxRunSeconds: ${Math.max(SHORTEST_LIMIT, windowOf(telemetry) + WARM_UP + 300)},
    abort: { errorRatio: 0.1, consecutiveSeconds: 5, leastAttempts: 20, silentSeconds: 10 },
  },
}));
`;
}

/** Secrets stay where they are: only their place is written. */
function accessLines({ auth, tenant, caFile }: PrometheusAccess): string {
  return [
    ...(auth === undefined ? [] : [`auth: ${authText(auth)},`]),
    ...(tenant === undefined ? [] : [`tenant: ${quoted(tenant)},`]),
    ...(caFile === undefined ? [] : [`tls: { caFile: ${quoted(caFile)} },`]),
  ]
    .map((line) => `    ${line}\n`)
    .join('');
}

function authText(auth: NonNullable<PrometheusAccess['auth']>): string {
  switch (auth.kind) {
    case 'bearer':
      return `{ bearer: context.env(${quoted(auth.variable)}) }`;
    case 'bearer-file':
      return `{ bearerFile: ${quoted(auth.file)} }`;
    case 'user':
      return `{ user: ${quoted(auth.user)}, password: context.env(${quoted(auth.variable)}) }`;
  }
}

/** Prometheus needs ten scrapes in a window to decide. */
const SCRAPES = 12;
const RATE = 5;
/** Requests that show an error ratio of less than 1 %. */
const SAMPLES = 320;
const WARM_UP = 5;

function windowOf(telemetry: Proposal['telemetry']): number {
  return Math.ceil(Math.max(SAMPLES / RATE, (telemetry?.scrapeIntervalSeconds ?? 0) * SCRAPES));
}

function scenarioFile({ journeys, telemetry }: Proposal): string {
  const objectives = ['client errors', 'client p95', ...Object.keys(telemetry?.objectives ?? {})];
  const load =
    journeys.length === 0
      ? ''
      : `    {
      phase: 'load',
      name: 'baseline',
      title: 'Baseline load',
      rate: ${RATE},
      warmUp: ${WARM_UP},
      judgeFor: ${windowOf(telemetry)},
      objectives: ${JSON.stringify(objectives)},
    },
`;
  return `import { defineScenario } from '@ordeal/shared/scenario/scenario';

export default defineScenario(() => ({
  name: 'gameday',
  title: 'Game day',
  phases: [
    { phase: 'smoke', name: 'smoke', title: 'Health checks and every journey once' },
${load}  ],
}));
`;
}

function journeyFile({ name, title, steps }: ProposedJourney): string {
  return `import { defineJourney } from '@ordeal/shared/journey/journey';

export default defineJourney({
  name: ${quoted(name)},
  title: ${quoted(title)},
  async run(context) {
${steps.map(stepText).join('\n')}
  },
});
`;
}

function stepText(step: ProposedStep): string {
  if (step.kind === 'get') {
    return `    await context.request(${quoted(step.name)}, { path: ${quoted(step.path)}, expect: ${JSON.stringify(step.expect)} });`;
  }
  const item = `\`${step.item.replaceAll(/[\\`]/g, '\\$&').replace('{id}', '${id}')}\``;
  const [key, read] = /^[a-z_$][\w$]*$/i.test(step.id)
    ? [step.id, step.id]
    : [quoted(step.id), `[${quoted(step.id)}]`];
  return [
    `    const made = await context.request('make', {`,
    `      method: 'POST',`,
    `      path: ${quoted(step.path)},`,
    `      json: ${JSON.stringify(step.body)},`,
    `      expect: ${JSON.stringify(step.expect)},`,
    `    });`,
    `    const id = made.json<{ ${key}?: string | number }>()?.${read};`,
    `    await context.check('what was made has an id', id !== undefined);`,
    `    if (id === undefined) return;`,
    ...(step.reads ? [`    await context.request('see it', { path: ${item} });`] : []),
    `    await context.request('delete it', { method: 'DELETE', path: ${item}, expect: ${JSON.stringify(step.deletes)} });`,
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}'`;
}

function indented(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
}
