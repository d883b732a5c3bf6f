import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWorkplace, type Workplace } from './ordeal.ts';

/** Negative controls: the suite turns red when the lab is made to misbehave, and names what it saw. */
let workplace: Workplace;
beforeEach(() => {
  workplace = makeWorkplace();
});
afterEach(() => workplace.remove());

async function gameday(sabotage: string) {
  return await run(['gameday', '--pace', 'short'], sabotage);
}

async function run(command: readonly string[], sabotage: string) {
  const lab = ['--lab', '--lab-name', 'e2e-sabotage', '--sabotage', sabotage];
  const finished = await workplace.run(...command, ...lab);
  expect(finished.code, finished.stderr).not.toBe(64);
  return { finished, record: workplace.record() };
}

describe('a sabotaged lab', () => {
  it('lose-acknowledged-writes: the drill fails, and counts what was lost', async () => {
    const { finished, record } = await run(['drill', '--pace', 'short'], 'lose-acknowledged-writes');
    expect(finished.code).toBe(1);
    const drill = record.drills.find((one) => one.name === 'region-lost');
    expect(drill?.rpo.lost).toBeGreaterThan(0);
    const finding = record.findings.find(
      (one) => one.objective === 'no acknowledged write lost' && one.window.startsWith('region-lost'),
    );
    expect(finding).toMatchObject({ outcome: 'fail', value: { low: drill?.rpo.lost } });
    expect(record.verdict.reasons.join(' ')).toContain('no acknowledged write lost');
  });

  it('stale-reads: the drill says so, and takes nothing for lost that was only late', async () => {
    const { finished, record } = await run(['drill', 'observe', '--pace', 'short'], 'stale-reads');
    // What the run has deleted is read too late as well, and then taken for residue.
    expect([1, 4], finished.stdout).toContain(finished.code);
    const [drill] = record.drills;
    expect(drill?.rpo).toMatchObject({ lost: 0 });
    expect(drill?.rpo.stale).toBeGreaterThan(0);
    expect(record.findings.find((one) => one.objective === 'no stale read')).toMatchObject({
      outcome: 'fail',
      value: { low: drill?.rpo.stale },
      explanation: expect.stringContaining('missed by a read that began after its acknowledgement'),
    });
  });

  it('slow: p95 is over its limit, and nothing is broken on purpose on top of it', async () => {
    const { finished, record } = await gameday('slow');
    expect(finished.code).toBe(1);
    expect(
      record.findings.find((one) => one.objective === 'client p95' && one.window === 'baseline'),
    ).toMatchObject({
      outcome: 'fail',
    });
    expect(record.experiments.every((one) => one.injectedAt === null)).toBe(true);
    expect(record.drills).toEqual([]);
  });

  it('errors: two in a hundred requests fail', async () => {
    // Long enough that two in a hundred cannot be taken for one; without the gate, which may meet one of them.
    const { finished, record } = await run(['load', '--only', 'baseline', '--pace', 'full'], 'errors');
    expect(finished.code).toBe(1);
    const finding = record.findings.find(
      (one) => one.objective === 'client errors' && one.window === 'baseline',
    );
    expect(finding).toMatchObject({ outcome: 'fail' });
  });

  it('no-metrics: what cannot be seen is never a pass', async () => {
    const { finished, record } = await gameday('no-metrics');
    expect(finished.code).toBe(2);
    expect(record.verdict.outcome).toBe('inconclusive');
    expect(record.verdict.reasons.join(' ')).toContain('API replicas');
  });
});
