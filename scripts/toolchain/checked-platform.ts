import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is asked of a platform: paths of health endpoints, and of journeys that ask once each. */
export interface Checks {
  readonly health: readonly string[];
  readonly journeys: readonly string[];
}

/**
 * Writes a platform "checked" into the folder `platforms` of a directory, which has nothing but a smoke gate. Each path is
 * expected to be answered with 200, and those of journeys with `{"ok":true}`.
 */
export function writeCheckedPlatform(dir: string, entry: string, checks: Checks): void {
  const folder = join(dir, 'platforms', 'checked');
  mkdirSync(join(folder, 'journeys'), { recursive: true });
  mkdirSync(join(folder, 'scenarios'));
  const journeys = checks.journeys.map((path, index) => ({ name: `flow-${index}`, path }));
  for (const { name, path } of journeys) {
    writeFileSync(
      join(folder, 'journeys', `${name}.ts`),
      `import { defineJourney } from '@ordeal/shared/journey/journey';
export default defineJourney({ name: '${name}', title: '${name}', async run(context) {
  const answer = await context.request('ask', { path: '${path}', expect: 200 });
  await context.check('is ok', answer.json<{ ok: boolean }>()?.ok === true);
} });
`,
    );
  }
  writeFileSync(
    join(folder, 'scenarios', 'gameday.ts'),
    `import { defineScenario } from '@ordeal/shared/scenario/scenario';
export default defineScenario(() => ({ name: 'gameday', title: 'Checks', phases: [{ phase: 'smoke', name: 'smoke', title: 'Checks' }] }));
`,
  );
  const health = checks.health.map((url) => ({ name: url.slice(1), url, expectStatus: 200 }));
  const files = journeys.map(
    ({ name }) => `'${name}': { file: new URL('journeys/${name}.ts', import.meta.url), weight: 1 }`,
  );
  writeFileSync(
    join(folder, 'platform.ts'),
    `import { definePlatform } from '@ordeal/shared/platform/platform';
export default definePlatform(() => ({
  name: 'checked', title: 'Checks', environment: 'test', entry: '${entry}', regions: ['a'],
  timeoutMs: 10_000, headers: {}, tenantHeader: 'x-tenant', tenants: [{ id: 'ordeal', allowedRegions: ['a'] }],
  health: ${JSON.stringify(health)},
  journeys: { ${files.join(', ')} },
  prometheus: { url: 'http://127.0.0.1:9', scrapeIntervalSeconds: 1, targets: [] },
  objectives: {
    checks: { signal: { from: 'smoke', measure: 'failed' }, comparator: '<=', limit: 0, unit: 'checks' },
  },
  load: { baseline: 1, objectives: ['checks'] },
  faults: {}, stores: {}, routes: {}, probes: [], ledger: null, sweep: null,
  guardrails: { allowFaults: [], maxRate: 1, maxTargets: 1, maxRunSeconds: 3600,
    abort: { errorRatio: 0.5, consecutiveSeconds: 10, leastAttempts: 5, silentSeconds: 60 } },
}));
`,
  );
}
