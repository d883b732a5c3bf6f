import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../ordeal.ts';

const shared = join(root, 'packages', 'shared', 'src');

/** What a bench's platform is like. */
export interface Shop {
  readonly port: number;
  readonly prometheus: string;
  /** Requests of each iteration. */
  readonly requests: number;
  readonly timeoutMs: number;
}

/** Writes a platform `shop` with one journey, in `dir`: as small as one can be. */
export function writeShop(dir: string, { port, prometheus, requests, timeoutMs }: Shop): void {
  const folder = join(dir, 'platforms', 'shop');
  mkdirSync(join(folder, 'journeys'), { recursive: true });
  writeFileSync(
    join(folder, 'journeys', 'buy.ts'),
    `import { defineJourney } from '${shared}/journey/journey.ts';
export default defineJourney({ name: 'buy', title: 'Buy', async run(context) {
  for (let item = 0; item < ${requests}; item += 1) await context.request('buy', { path: '/buy' });
} });
`,
  );
  writeFileSync(
    join(folder, 'platform.ts'),
    `import { definePlatform } from '${shared}/platform/platform.ts';
export default definePlatform(() => ({
  name: 'shop', title: 'A shop', environment: 'test', entry: 'http://127.0.0.1:${port}', regions: ['a'],
  timeoutMs: ${timeoutMs}, headers: {}, tenantHeader: 'x-tenant', tenants: [{ id: 'ordeal', allowedRegions: ['a'] }],
  health: [{ name: 'health', url: '/health', expectStatus: 200 }],
  journeys: { buy: { file: new URL('journeys/buy.ts', import.meta.url), weight: 1 } },
  prometheus: { url: '${prometheus}', scrapeIntervalSeconds: 1, targets: [] },
  objectives: {
    errors: { signal: { from: 'client', measure: 'error-ratio' }, comparator: '<', limit: 0.05, unit: 'ratio', leastSamples: 20 },
  },
  load: { baseline: 50, objectives: ['errors'] },
  faults: {}, stores: {}, routes: {}, probes: [], ledger: null, sweep: null,
  guardrails: { allowFaults: [], maxRate: 10_000, maxTargets: 1, maxRunSeconds: 3600,
    abort: { errorRatio: 0.5, consecutiveSeconds: 10, leastAttempts: 5, silentSeconds: 60 } },
}));
`,
  );
}
