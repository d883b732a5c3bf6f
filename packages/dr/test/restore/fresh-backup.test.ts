import type { BackupCopy, BackupDriver } from '@ordeal/shared/drivers/backup';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { describe, expect, it } from 'vitest';
import type { RestoreCourse } from '../../src/restore/course.ts';
import { backupBehind } from '../../src/restore/fresh-backup.ts';
import { ageCheck, restoreRecord } from '../../src/restore/restore-record.ts';
import { testContext } from '../drivers/two-servers.ts';

/** A backup that is so many seconds old; undefined: there is none; null: nobody can tell. */
function aged(
  seconds: number | undefined | null,
  verify: BackupDriver['verify'] = async () => [{ name: 'files intact', outcome: 'held', detail: '1 file' }],
): BackupDriver {
  return {
    verify,
    latest: async (): Promise<BackupCopy | undefined> => {
      if (seconds === null) throw new Error('NoSuchBucket');
      if (seconds === undefined) return undefined;
      const at = Date.now() - seconds * 1000;
      return { id: 'c', instant: { low: at, high: at }, bytes: 1, source: null, content: null, detail: {} };
    },
  } as unknown as BackupDriver;
}

async function look(ages: Readonly<Record<string, number | undefined | null>>) {
  const wanted = { how: 'any', of: Object.keys(ages), within: 100 } as const;
  return await backupBehind(wanted, (name) => aged(ages[name]), testContext());
}

it('is fresh when any of them is', async () => {
  expect(await look({ base: undefined, dump: 50 })).toEqual({
    outcome: 'fresh',
    detail: 'the newest backup in dump (c) is 50 s old, at most 100 s are allowed; files intact',
  });
});

it('is not when none is, and says of each why, and how to go on all the same', async () => {
  const { outcome, detail } = await look({ base: undefined, dump: 150, bucket: null });
  expect(outcome).toBe('not fresh');
  expect(detail).toMatch(
    /no backup at all in base: take one .*dump \(c\) is 150 s old, at most 100 s .*take one.*bucket .*NoSuchBucket.*without: why/,
  );
});

it('is not when it is dated ahead of the clock by more than clocks differ, and says which to look at', async () => {
  const { outcome, detail } = await look({ main: -3600 });
  expect(outcome).toBe('not fresh');
  expect(detail).toMatch(
    /newest backup in main \(c\) is fresh cannot be told: it is dated \S+Z, 3600 s ahead of this machine's clock .*look at the clock of the machine that takes the backups.*without: why/,
  );
  expect(await look({ main: -30 })).toMatchObject({
    outcome: 'fresh',
    detail: 'the newest backup in main (c) is 0 s old, at most 100 s are allowed; files intact',
  });
});

describe('is looked at, as a job that failed leaves a file as well', () => {
  const lookAt = async (verify: BackupDriver['verify'], context = testContext()) =>
    await backupBehind({ how: 'any', of: ['dump'], within: 100 }, () => aged(50, verify), context);

  it('one that is not whole is none', async () => {
    const empty = { name: 'dump complete', outcome: 'broken', detail: 'it is empty' } as const;
    expect(await lookAt(async () => [empty])).toMatchObject({
      outcome: 'not fresh',
      detail: expect.stringMatching(
        /dump \(c\) cannot be fallen back on: dump complete: it is empty: take one first/,
      ),
    });
    expect(await lookAt(async () => Promise.reject(new Error('no label')))).toMatchObject({
      outcome: 'not fresh',
    });
  });

  it('one that takes long to read, or that nobody can look at, is fresh by its date alone', async () => {
    let left = false;
    const hurried = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 1000, signal),
    };
    const looked = await lookAt(
      async (_copy, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        left = true;
        throw signal.reason;
      },
      { ...testContext(), clock: hurried },
    );
    expect(looked).toMatchObject({
      outcome: 'fresh',
      detail: expect.stringContaining('fresh by its date, and not read to its end within 10 s'),
    });
    expect(left, 'nobody reads on').toBe(true);
    const unseen = { name: 'verified', outcome: 'not-run', detail: 'no `verify` is set' } as const;
    expect(await lookAt(async () => [unseen])).toMatchObject({
      outcome: 'fresh',
      detail: expect.stringContaining('fresh by its date: nothing can look at it'),
    });
  });
});

it('is not asked for where none is wanted, and the record says why', async () => {
  const none = { how: 'none', why: 'the scenario wants none: it is a copy' } as const;
  expect(await backupBehind(none, () => aged(null), testContext())).toEqual({
    outcome: 'not asked for',
    detail: 'the scenario wants none: it is a copy',
  });
});

it('has no age in the record of a restore when it is dated ahead of the clock', async () => {
  const course = async (seconds: number) =>
    ({
      phase: { name: 'r', drill: { kind: 'restore' }, targets: { rto: 1, rpo: 100 } },
      deps: { anchor: { monotonicMs: 0, wallMs: Date.now() }, driver: { kind: 'test' } },
      copy: await aged(seconds).latest(testContext()),
      startedAt: 0,
      approvals: [],
      waits: [],
    }) as unknown as RestoreCourse;
  const [old, ahead] = [await course(50), await course(-3600)];
  expect(ageCheck(old)).toMatchObject({ outcome: 'held' });
  expect(restoreRecord(old, 0, undefined)).not.toHaveProperty('backupAgeless');
  expect(ageCheck(ahead)).toMatchObject({ outcome: 'not-run', detail: expect.stringContaining('ahead of') });
  expect(restoreRecord(ahead, 0, undefined).backupAgeless).toContain(
    'look at the clock of the machine that takes',
  );
});
