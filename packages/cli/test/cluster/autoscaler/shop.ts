import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import type { AutoscalerSpec } from '@ordeal/shared/platform/autoscaler-spec';
import type { RunRecord } from '@ordeal/shared/record/record';

const bin = join(import.meta.dirname, '..', '..', '..', 'bin', 'ordeal.js');
const shared = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'src');

/** A platform of a folder of its own that promises an autoscaler, and how `ordeal` is run on it. */
export interface Shop {
  /** Its baseline, for so long after so long a warm-up. */
  load(lasting: { readonly warmUp: string; readonly for: string }): Promise<Ended>;
  ordeal(...args: readonly string[]): Promise<Ended>;
  /** Name and record of its newest run. */
  newest(): { readonly run: string; readonly record: RunRecord };
}

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

interface ShopSettings {
  readonly entry: string;
  readonly prometheus: string;
  /** Iterations a second. */
  readonly rate: number;
  readonly autoscaler: AutoscalerSpec;
  /** What it promises of Deployments, by their names; as a platform file states it. */
  readonly pods?: object;
}

export function openShop(dir: string, settings: ShopSettings): Shop {
  writePlatform(dir, settings);
  const ordeal = (...args: readonly string[]): Promise<Ended> => {
    const child = spawn(execPath, [bin, ...args], {
      cwd: dir,
      env: { ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
  };
  return {
    ordeal,
    load: ({ warmUp, for: duration }) =>
      ordeal('load', 'baseline', '--platform', 'shop', '--warm-up', warmUp, '--for', duration),
    newest: () => {
      const runs = join(dir, '.ordeal', 'runs');
      const run = readdirSync(runs).toSorted().at(-1) ?? 'none';
      const record = JSON.parse(readFileSync(join(runs, run, 'record.json'), 'utf8')) as RunRecord;
      return { run, record };
    },
  };
}

function writePlatform(dir: string, { entry, prometheus, rate, autoscaler, pods }: ShopSettings): void {
  const folder = join(dir, 'platforms', 'shop');
  mkdirSync(join(folder, 'journeys'), { recursive: true });
  writeFileSync(
    join(folder, 'journeys', 'buy.ts'),
    `import { defineJourney } from '${shared}/journey/journey.ts';
export default defineJourney({ name: 'buy', title: 'Buy', async run(context) {
  await context.request('buy', { path: '/buy' });
} });
`,
  );
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
  autoscalers: { api: ${JSON.stringify(autoscaler)} },
  ${pods === undefined ? '' : `pods: ${JSON.stringify(pods)},`}
  faults: {}, stores: {}, routes: {}, probes: [], ledger: null, sweep: null,
  guardrails: { allowFaults: [], maxRate: 100, maxTargets: 1, maxRunSeconds: 300,
    abort: { errorRatio: 0.5, consecutiveSeconds: 3, leastAttempts: 5, silentSeconds: 60 } },
}));
`,
  );
}
