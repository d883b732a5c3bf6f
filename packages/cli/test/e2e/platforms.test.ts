import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { withoutPrograms } from '@ordeal/shared/testing/test-program';
import type { RunRecord } from '@ordeal/shared/record/record';
import { makeWorkplace, type Workplace } from './ordeal.ts';

/** The platforms that the lab serves besides the one that a newcomer sees (`gameday.test.ts`): each one's whole game day, once. */
let workplace: Workplace;
beforeEach(() => {
  workplace = makeWorkplace();
});
afterEach(() => workplace.remove());

const onLab = (platform: string) => ['--platform', platform, '--lab', '--lab-name', 'e2e-platform'];

/** Runs the whole game day; everything in it has to hold. */
async function passes(platform: string): Promise<RunRecord> {
  const ended = await workplace.run('gameday', '--pace', 'short', ...onLab(platform));
  expect(ended.code, workplace.why(ended)).toBe(0);
  const record = workplace.record();
  expect(record.run).toMatchObject({ platform, scenario: 'gameday', pace: 'short' });
  expect(record.verdict).toMatchObject({ outcome: 'pass', exitCode: 0 });
  for (const finding of record.findings.filter(({ severity }) => severity === 'must')) {
    expect(finding, JSON.stringify(finding)).toMatchObject({ outcome: 'pass' });
  }
  const phases = workplace
    .journal()
    .flatMap((entry) => (entry.type === 'phase-ended' ? [`${entry.phase} ${entry.outcome}`] : []));
  expect(phases.filter((phase) => !phase.endsWith(' done'))).toEqual([]);
  expect(record.experiments.filter(({ effective }) => effective !== true)).toEqual([]);
  for (const { rpo } of record.drills) {
    expect(rpo.acknowledged).toBeGreaterThan(100);
    expect(rpo).toMatchObject({ lost: 0, duplicate: 0, phantom: 0, corrupt: 0, resurrected: 0 });
  }
  expect(record.residue).toEqual([]);
  return record;
}

const namesOf = (records: readonly { readonly name: string }[] = []) => records.map(({ name }) => name);

describe('another platform on its own lab passes its game day', () => {
  it('research-assistant', async () => {
    const record = await passes('research-assistant');
    expect(namesOf(record.restores)).toEqual(['backup-verified', 'restore']);
    expect(namesOf(record.experiments)).toEqual([
      'worker-stopped',
      'worker-killed',
      'database-unreachable',
      'database-killed',
    ]);
    expect(namesOf(record.drills)).toEqual(['sockets-cut']);
  });

  it('marketing-agents', async () => {
    const record = await passes('marketing-agents');
    expect(namesOf(record.restores)).toEqual(['backup-verified', 'restore', 'archived-log']);
    expect(record.deployments).toEqual([expect.objectContaining({ name: 'rollout', outcome: 'out' })]);
    expect(namesOf(record.experiments)).toEqual([
      'pod-killed',
      'pod-hung',
      'spot-node-lost',
      'cache-killed',
      'database-unreachable',
      'database-killed',
    ]);
  });

  const without = withoutPrograms('versitygw');
  it.skipIf(leftOut(without))(`arklex ${without ?? ''}`, async () => {
    const record = await passes('arklex');
    expect(record.limits?.flatMap(({ checks }) => checks.map(({ outcome }) => outcome))).toEqual([
      'held',
      'held',
      'held',
    ]);
    expect(namesOf(record.restores)).toEqual(['backup-verified', 'restore']);
    expect(record.deployments).toEqual([
      expect.objectContaining({ name: 'deploy', outcome: 'out' }),
      expect.objectContaining({ name: 'bad-deploy', outcome: 'taken-back' }),
      expect.objectContaining({ name: 'never-ready', outcome: 'taken-back' }),
    ]);
    expect(namesOf(record.experiments)).toEqual(['task-killed', 'task-hung', 'database-unreachable']);
    expect(namesOf(record.drills)).toEqual(['region-lost', 'failback']);
  });

  const withoutNames = withoutPrograms('named');
  it.skipIf(leftOut(withoutNames))(`research-agent, by name ${withoutNames ?? ''}`, async () => {
    const record = await passes('research-agent');
    expect(namesOf(record.restores)).toEqual(['backup-verified', 'restore', 'point-in-time', 'archived-log']);
    expect(namesOf(record.experiments)).toEqual(['replica-killed', 'database-unreachable']);
    expect(namesOf(record.drills)).toEqual(['region-lost', 'failback']);
    for (const drill of record.drills) {
      expect(drill.bounds).toContainEqual(
        expect.objectContaining({ name: 'answers kept by clients', settings: { ttl: '2 s' } }),
      );
    }
  });
});

it('a platform is not run on the lab of another one', async () => {
  const lab = ['--lab-name', 'e2e-platform'];
  expect((await workplace.run('lab', 'up', '--platform', 'marketing-agents', ...lab)).code).toBe(0);
  try {
    const ended = await workplace.run('smoke', '--platform', 'research-agent', ...lab);
    expect(ended.code).toBe(64);
    expect(ended.stderr).toContain('serves marketing-agents, and this platform needs research-agent');
  } finally {
    await workplace.run('lab', 'down', ...lab);
  }
});
