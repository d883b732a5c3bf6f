import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Edge } from '../src/edge.ts';
import { requestsPerIteration } from '../src/run/rehearse.ts';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { prepare } from '../src/commands/prepare.ts';
import { loadPlatform } from '../src/load/load-platform.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const edge = {
  cwd: root,
  root,
  node: execPath,
  env: { ORDEAL_CLUSTER_UID: '00000000-0000-4000-8000-000000000000' },
} as unknown as Edge;

/** The lab has four replicas of each: a cluster has as many as its document promises, in each of two regions. */
it.each([
  ['agentic-platform', 'API metrics present', 'API replicas', 6],
  ['research-agent', 'replicas are up', 'API replicas', 2],
  ['research-assistant', 'workers are up', 'workers', 4],
  ['marketing-agents', 'every pod is scraped', 'pods', 4],
  ['arklex', 'every task is scraped', 'tasks', 6],
])('%s has its own number of replicas on a cluster', async (name, objective, target, least) => {
  const { platform } = await loadPlatform(name, edge, undefined, 'kubernetes');
  expect(platform.objectives[objective]?.limit).toBe(least);
  expect(platform.prometheus.targets.find((one) => one.name === target)?.least).toBe(least);
});

it('research-agent is held to a share of the processor that its pods may have', async () => {
  const manifest = readFileSync(join(root, 'deploy', 'platforms', 'research-agent', 'api.yaml'), 'utf8');
  const [, most] = /limits: \{ cpu: (\d+)m/.exec(manifest) ?? [];
  const { platform } = await loadPlatform('research-agent', edge, undefined, 'kubernetes');
  expect(platform.objectives['API processor']?.signal).toMatchObject({
    capacity: { value: Number(most) / 1000 },
  });
});

it.each([
  ['http://ordeal.ordeal.svc:8089', 8089],
  ['http://ordeal.example', 80],
  ['https://ordeal.example', 8089],
  ['https://ordeal.example:8443', 8443],
])('runners that push to %s are listened to on %d', async (url, port) => {
  const there = { ...edge, env: { ...edge.env, ORDEAL_RECEIVER_URL: url } };
  const { platform } = await loadPlatform('arklex', there, undefined, 'kubernetes');
  expect(platform.generators?.['kubernetes']).toMatchObject({ receiver: { port, url } });
});

const gameday = { scenario: 'gameday', pace: 'full', labName: 'none', on: 'kubernetes' } as const;

/** What a cluster does its own way is not run, and of what only that would judge it is said that nothing is known. */
it.each<[string, Readonly<Record<string, readonly string[]>>]>([
  ['agentic-platform', {}],
  [
    'research-agent',
    {
      'backup-verified': ['age of the daily backup', 'dumps on schedule', 'restore time'],
      restore: ['restore time'],
      'point-in-time': ['restore time', 'point-in-time error'],
      'archived-log': ['restore loses'],
    },
  ],
  [
    'research-assistant',
    {
      'backup-verified': ['age of the daily dump', 'dumps on schedule'],
      restore: ['restore loses', 'restore time'],
      'database-killed': ['client errors while the database starts again'],
    },
  ],
  [
    'marketing-agents',
    {
      'backup-verified': ['age of the daily backup', 'dumps on schedule', 'restore time'],
      restore: ['restore time'],
      'archived-log': ['restore loses'],
      rollout: ['requests lost by a rollout', 'p95 while rolling out', 'time to roll out'],
      'pod-hung': [],
      'database-killed': [],
    },
  ],
  [
    'arklex',
    {
      'at-once': ['requests at once'],
      'backup-verified': ['age of the dump', 'restore time'],
      restore: ['age of the dump', 'restore time'],
      deploy: ['requests lost by a deploy', 'p95 while deploying', 'time to deploy'],
      'bad-deploy': ['client errors under a bad version', 'time to roll back'],
      'never-ready': ['requests lost by a deploy', 'p95 while deploying', 'time to roll back'],
      'task-hung': [],
    },
  ],
])('%s has a game day on a cluster', async (platform, left) => {
  const { plan, scenario } = await prepare('gameday', { ...gameday, platform }, 1, edge, undefined);
  expect(Object.fromEntries(plan.notRun.map(({ name, notJudged }) => [name, notJudged]))).toEqual(left);
  expect(plan.refusals).toEqual([]);
  expect(plan.undecidable).toEqual([]);
  expect(scenario.notRun ?? []).toEqual(plan.notRun);
  expect(plan.phases.map(({ kind }) => kind)).toContain('experiment');
});

it('a cluster that is said to be production gets no game day that its file does not allow', async () => {
  const { env } = edge;
  const there = { ...edge, env: { ...env, ORDEAL_ENVIRONMENT: 'production' } };
  const { plan, loaded } = await prepare('gameday', { ...gameday, platform: 'arklex' }, 1, there, undefined);
  expect(loaded.platform.environment).toBe('production');
  expect(plan.refusals.join('\n')).toMatch(
    /task-killed is not allowed: this platform is production, where only smoke may run/,
  );
  const unsaid = { ...edge, env: { ...env, ORDEAL_CLUSTER_CONTEXT: 'eu-1' } };
  await expect(loadPlatform('arklex', unsaid, undefined, 'kubernetes')).rejects.toThrow(
    'ORDEAL_ENVIRONMENT is not set: say whether the platform on this cluster is test, staging or production',
  );
});

it.each([
  ['of one phase', { only: 'restore' }],
  ['of the restores', { drills: { kind: 'restore' as const } }],
])('nothing is run where %s nothing can be', async (_, wanted) => {
  const options = { ...gameday, ...wanted, platform: 'marketing-agents' };
  await expect(prepare('drill', options, 1, edge, undefined)).rejects.toThrow(
    /Nothing of what was asked for can be run here:\n {2}- .*is not run here: how a cluster backs up/,
  );
});

it('what was not asked for is not said to be missing', async () => {
  const options = { ...gameday, platform: 'arklex', only: 'task-killed' };
  const { plan } = await prepare('chaos', options, 1, edge, undefined);
  expect(plan.notRun).toEqual([]);
});

it.each([
  ['agentic-platform', ['api', 'api-b']],
  ['marketing-agents', ['marketing-agents-hpa', 'marketing-agents-hpa-b']],
])('of %s the autoscaler of each region is looked at, which its manifests make', async (name, expected) => {
  const { platform } = await loadPlatform(name, edge, undefined, 'kubernetes');
  const promised = Object.entries(platform.autoscalers ?? {});
  expect(promised.map(([, one]) => one.name)).toEqual(expected);
  for (const [key, { name: own }] of promised) expect(own).toBe(key);
  const manifests = readFileSync(join(root, 'deploy', 'platforms', name, 'autoscalers.yaml'), 'utf8');
  const made = parseAllDocuments(manifests).map((one) => one.toJS() as { metadata: { name: string } });
  expect(made.map(({ metadata }) => metadata.name)).toEqual(expected);
});

it('marketing-agents may be asked for as much as its autoscaler may have pods for, and no more', async () => {
  const { platform, journeys } = await loadPlatform('marketing-agents', edge, undefined, 'kubernetes');
  const each = await requestsPerIteration(platform, journeys, systemClock);
  if (each === null) throw new Error('how many requests an iteration makes is not known');
  const { replicas, targets } = platform.autoscalers!['marketing-agents-hpa']!;
  const average = targets.flatMap((target) => ('pods' in target ? [target.average] : []))[0]!;
  const pods = Math.ceil((platform.guardrails.maxRate * each) / average);
  expect(pods).toBe(replicas.most);
  const { plan } = await prepare('gameday', { ...gameday, platform: platform.name }, 1, edge, undefined);
  expect(plan.phases.flatMap(({ does }) => does)).toContain(
    '108 requests/s at 100 a pod ask marketing-agents-hpa for 2 pods, if all are for its own, of 2 to 10: it need not scale up',
  );
});
