import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, it } from 'vitest';
import type { Edge } from '../src/edge.ts';
import { loadPlatform } from '../src/load/load-platform.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const edge = {
  cwd: root,
  root,
  node: execPath,
  env: { ORDEAL_CLUSTER_UID: '00000000-0000-4000-8000-000000000000' },
} as unknown as Edge;

/** The lab has four replicas of each: a cluster that has as many as its document promises is none the worse. */
it.each([
  ['agentic-platform', 'API metrics present', 'API replicas', 3],
  ['research-agent', 'replicas are up', 'API replicas', 2],
  ['research-assistant', 'workers are up', 'workers', 4],
  ['marketing-agents', 'every pod is scraped', 'pods', 2],
  ['arklex', 'every task is scraped', 'tasks', 3],
])('%s has its own number of replicas on a cluster', async (name, objective, target, least) => {
  const { platform } = await loadPlatform(name, edge, undefined, 'kubernetes');
  expect(platform.objectives[objective]?.limit).toBe(least);
  expect(platform.prometheus.targets.find((one) => one.name === target)?.least).toBe(least);
});
