import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Phase, Scenario } from '@ordeal/shared/scenario/scenario';
import type { Edge } from '../src/edge.ts';
import { checkScripts } from '../src/load/check-scripts.ts';
import type { LoadedPlatform } from '../src/load/load-platform.ts';

vi.setConfig({ testTimeout: 60_000 });

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(import.meta.dirname, 'scripts-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function journey(name: string, more = ''): URL {
  const file = join(dir, `${name}.ts`);
  writeFileSync(
    file,
    `${more}import { defineJourney } from '@ordeal/shared/journey/journey';
export default defineJourney({ name: '${name}', title: '${name}', async run(c) { await c.request('a', { path: '/' }); } });
`,
  );
  return pathToFileURL(file);
}

it('looks at the journeys of every load, those included that only a tenant does', async () => {
  const platform = {
    name: 'shop',
    entry: 'http://127.0.0.1:9',
    headers: {},
    timeoutMs: 1000,
    tenantHeader: 'x-tenant',
    tenants: [{ id: 'quiet' }, { id: 'noisy' }],
    objectives: {},
    journeys: {
      buy: { file: journey('buy'), weight: 1 },
      // As a gate alone it may use what Node has.
      report: { file: journey('report', "import 'node:fs';\n"), weight: 0 },
    },
  } as unknown as Platform;
  const usual = { phase: 'load', name: 'usual', rate: 1 } as Phase;
  const tenants = {
    ...usual,
    name: 'tenants',
    perTenant: [
      { tenant: 'quiet', rate: 1, weights: { buy: 1 } },
      { tenant: 'noisy', rate: 1, weights: { report: 1 } },
    ],
  } as Phase;
  const check = (phases: readonly Phase[]) =>
    checkScripts(
      { platform } as LoadedPlatform,
      { phases } as unknown as Scenario,
      { node: execPath } as unknown as Edge,
    );
  await check([usual]);
  await expect(check([usual, tenants])).rejects.toThrow(
    /has a mistake; nothing was touched\.\n[^]*report\.ts:1:\d+: .*node:fs/,
  );
});
