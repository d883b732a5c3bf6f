import { cwd, env, execPath, pid, stderr, stdin, stdout } from 'node:process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { drillRequest } from '../src/drill-flags.ts';
import type { Edge } from '../src/edge.ts';
import { loadPlatform } from '../src/load/load-platform.ts';
import { loadScenario } from '../src/load/load-scenario.ts';
import { pickDrills } from '../src/load/pick-drills.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const edge = {
  env,
  cwd: cwd(),
  argv: [],
  node: execPath,
  root,
  pid,
  stdin,
  stdout,
  stderr,
} as unknown as Edge;
const now = Date.parse('2026-03-14T02:00:00Z');

async function names(kind: string, at?: string): Promise<readonly string[]> {
  const loaded = await loadPlatform('agentic-platform', edge, undefined);
  const { phases } = await loadScenario('recovery', 'full', loaded, edge, () => true);
  const request = drillRequest(kind, at === undefined ? {} : { at }, now);
  if (request === undefined) throw new Error('a kind was named');
  return pickDrills(phases, request, loaded.platform).map((phase) =>
    'drill' in phase && 'at' in phase.drill ? `${phase.name} at ${phase.drill.at}` : phase.name,
  );
}

it('brings the way back along, and the load that drills run under', async () => {
  expect(await names('failover')).toEqual(['baseline', 'region-lost', 'failback']);
  expect(await names('region')).toEqual(['baseline', 'region-evacuate', 'region-return']);
  expect(await names('switchover')).toEqual(['baseline', 'switchover', 'switchover-back']);
  expect(await names('observe')).toEqual(['baseline', 'replica-recovers']);
});

it('restores without any load, also at a moment that is past', async () => {
  expect(await names('restore')).toEqual(['restore', 'restore-dump']);
  expect(await names('backup-freshness')).toEqual(['backup-freshness']);
  expect(await names('restore', '-15m')).toEqual(['point-in-time at 2026-03-14T01:45:00.000Z']);
});

it('says what is wrong with a kind or a moment', () => {
  expect(() => drillRequest('failovr', {}, now)).toThrow(
    'There is no drill "failovr": did you mean "failover"?',
  );
  expect(() => drillRequest('restore', { at: 'yesterday' }, now)).toThrow('--at: expected an ISO time');
  expect(() => drillRequest('restore', { at: '2026-03-14T02:00:01Z' }, now)).toThrow(
    '--at: expected a moment that is past, found 2026-03-14T02:00:01.000Z',
  );
  expect(drillRequest('restore', { at: 'now' }, now)).toMatchObject({ at: '2026-03-14T02:00:00.000Z' });
  expect(() => drillRequest('failover', { at: '-15m' }, now)).toThrow(
    '--at goes with a restore, and not with failover.',
  );
  expect(() => drillRequest(undefined, { at: '-15m' }, now)).toThrow('ordeal drill restore --at');
});
