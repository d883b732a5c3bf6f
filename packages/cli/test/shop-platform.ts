import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const shared = join(import.meta.dirname, '..', '..', 'shared', 'src');

/** Makes a platform's folder, with the one journey of a shop in it: a request, `/buy`. */
export function writeBuyJourney(folder: string): void {
  mkdirSync(join(folder, 'journeys'), { recursive: true });
  writeFileSync(
    join(folder, 'journeys', 'buy.ts'),
    `import { defineJourney } from '${shared}/journey/journey.ts';
export default defineJourney({ name: 'buy', title: 'Buy', async run(context) {
  await context.request('buy', { path: '/buy' });
} });
`,
  );
}

export interface ShopPlatform {
  readonly entry: string;
  readonly prometheus: string;
  /** Iterations a second. */
  readonly rate: number;
  /** What it states besides, as its file has it. */
  readonly own: string;
}

/** Writes the platform `shop` below `dir`: one journey at a rate, one objective, nothing that may be broken. */
export function writeShop(dir: string, { entry, prometheus, rate, own }: ShopPlatform): void {
  const folder = join(dir, 'platforms', 'shop');
  writeBuyJourney(folder);
  writeFileSync(
    join(folder, 'platform.ts'),
    `import { definePlatform } from '${shared}/platform/platform.ts';
export default definePlatform(() => ({
  name: 'shop', title: 'A shop', environment: 'test', entry: '${entry}', regions: ['a'],
  timeoutMs: 2000, headers: {}, tenantHeader: 'x-tenant', tenants: [{ id: 'ordeal', allowedRegions: ['a'] }],
  health: [{ name: 'health', url: '/health', expectStatus: 200 }],
  journeys: { buy: { file: new URL('journeys/buy.ts', import.meta.url), weight: 1 } },
  prometheus: { url: '${prometheus}', scrapeIntervalSeconds: 0.5, targets: [] },
  objectives: {
    errors: { signal: { from: 'client', measure: 'error-ratio' }, comparator: '<', limit: 0.05, unit: 'ratio', leastSamples: 20 },
  },
  load: { baseline: ${rate}, objectives: ['errors'] },
  ${own}
  faults: {}, stores: {}, routes: {}, probes: [], ledger: null, sweep: null,
  guardrails: { allowFaults: [], maxRate: 100, maxTargets: 1, maxRunSeconds: 300,
    abort: { errorRatio: 0.5, consecutiveSeconds: 3, leastAttempts: 5, silentSeconds: 60 } },
}));
`,
  );
}
