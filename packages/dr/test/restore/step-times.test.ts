import type { BackupCopy, BackupDriver } from '@ordeal/shared/drivers/backup';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import { restoreSteps } from '@ordeal/shared/scenario/restore-steps';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { describe, expect, it } from 'vitest';
import { describeRestore, runRestore } from '../../src/restore/run-restore.ts';
import { stepsOf } from '../../src/restore/steps/runbook.ts';
import { timesOf } from '../../src/restore/steps/step-times.ts';
import { noLedger, phaseOf, testRun } from './fixtures.ts';

const kinds: readonly RestorePhase['drill'][] = [
  { kind: 'restore', take: true },
  { kind: 'restore', take: false },
  { kind: 'point-in-time', markFor: 3 },
  { kind: 'point-in-time', at: '2026-03-01T02:00:00Z' },
  { kind: 'backup-freshness' },
  { kind: 'archiving' },
];

describe.each(kinds)('the steps of $kind', (drill) => {
  const phase = phaseOf(drill);

  it('all have a target, and a time after which they are given up', () => {
    const steps = restoreSteps[drill.kind].map((name) => ({ name, ...timesOf(name, phase) }));
    expect(steps.filter(({ target }) => !((target ?? 0) > 0))).toEqual([]);
    expect(steps.filter(({ target, timeout }) => !((timeout ?? 0) >= (target ?? Infinity)))).toEqual([]);
  });

  it('are those that a scenario may speak of, and stand in the plan with their times', () => {
    for (const { name } of stepsOf(phase)) expect(restoreSteps[drill.kind]).toContain(name);
    const plan = describeRestore(phase).filter((line) => /^\d+\. /.test(line));
    expect(plan.length).toBeGreaterThan(1);
    for (const line of plan) expect(line).toMatch(/ \(target \d+ s, given up after \d+ s\)$/);
  });
});

it('nothing is given up later than the restore itself, and what copies gets all of its time', () => {
  const phase = phaseOf({ kind: 'restore', take: true }, { deadline: 50 });
  expect(timesOf('choose backup', phase).timeout).toBe(50);
  expect(timesOf('restore', phase)).toEqual({ target: 50, timeout: 50 });
  expect(timesOf('restore', phaseOf({ kind: 'restore', take: true }))).toEqual({ target: 60, timeout: 90 });
});

const copy: BackupCopy = {
  id: 'one',
  instant: { low: Date.now() - 1000, high: Date.now() - 1000 },
  bytes: 1,
  source: null,
  content: null,
  detail: {},
};

async function lookAt(latest: BackupDriver['latest'], steps: RestorePhase['steps']) {
  const run = testRun();
  try {
    const { record } = await runRestore(
      phaseOf({ kind: 'backup-freshness' }, steps === undefined ? {} : { steps }),
      {
        driver: { kind: 'test', latest, verify: async () => [] } as unknown as BackupDriver,
        settings: { into: { dir: '/nowhere', binDir: '/nowhere', settings: {} }, source: {}, checks: [] },
        freePort: async () => 1,
        anchor: anchorOf(systemClock),
        ...noLedger,
      },
      run,
    );
    const warnings = run.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
    return { record, warnings };
  } finally {
    run.dispose();
  }
}

it('tells of a step that took longer than the scenario wants, and goes on', async () => {
  const slow: BackupDriver['latest'] = async ({ clock, signal }) => {
    await clock.sleep(120, signal);
    return copy;
  };
  const { record, warnings } = await lookAt(slow, { 'choose backup': { target: 0.1 } });
  expect(record.failed).toBeUndefined();
  expect(record.steps?.[0]).toMatchObject({ name: 'choose backup', outcome: 'done', target: 0.1 });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^the backup comes back: step choose backup took 0\.\d s, and its target is 0\.1 s$/,
    ),
  ]);
});

it('gives up a step whose time is over, waits for it to end, and takes none behind it', async () => {
  let ended = false;
  const hangs: BackupDriver['latest'] = async ({ clock, signal }) => {
    await clock.sleep(60_000, signal).finally(() => (ended = true));
    return copy;
  };
  const { record } = await lookAt(hangs, { 'choose backup': { timeout: 0.05 } });
  expect(record.failed).toBe('choose backup: it took longer than 0.05 s, and was given up');
  expect(ended).toBe(true);
  expect(record.steps?.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped']);
  expect(record.seconds, 'it had more time of its own').not.toHaveProperty('givenUpAfter');
});
