import { expect, test } from 'vitest';
import { judgeRestore } from '../../src/judge/signals/restore.ts';
import type { ArchivingRecord } from '../../src/record/record.ts';
import { observationsOf } from './observations-of.ts';

const measure = 'archive-delay';

function findingOf(limit: number, archiving?: ArchivingRecord, failed?: string) {
  const objective = { signal: { from: 'restore', measure }, comparator: '<=', limit, unit: 's' } as const;
  return judgeRestore({ objectiveName: 'restore loses', objective, window: 'log' }, measure, {
    ...observationsOf({}),
    restores: [
      {
        name: 'log',
        kind: 'archiving',
        backupAgeSeconds: { low: 0, high: 0 },
        seconds: { low: 12, high: null },
        ...(archiving === undefined ? {} : { archiving }),
        ...(failed === undefined ? {} : { failed }),
      },
    ],
  });
}

const seen: ArchivingRecord = {
  settings: { archive_mode: 'on', archive_timeout: '30 s' },
  bound: { low: 30, high: 90 },
  reason: 'a file of the log is ended after 30 s',
  seen: { low: 11.7, high: 12 },
  waited: 12,
};

test('what the settings bound is held against the promise, and not what was seen by luck', () => {
  expect(findingOf(900, seen)).toMatchObject({ outcome: 'pass', value: { low: 30, high: 90 } });
  expect(findingOf(60, seen)).toMatchObject({ outcome: 'inconclusive', reason: 'straddles-limit' });
  expect(findingOf(20, seen)).toMatchObject({ outcome: 'fail' });
  expect(findingOf(900, seen).explanation).toBe(
    'How its source archives: a file of the log is ended after 30 s. A mark was archived after 12.0 s.',
  );
});

test('where nothing bounds it no promise is kept, however long it is', () => {
  const unbounded = { ...seen, bound: null, reason: 'archive_timeout is 0', seen: null, waited: 0 };
  const finding = findingOf(1_000_000, unbounded);
  expect(finding).toMatchObject({ outcome: 'fail', value: { low: 0, high: null } });
  expect(finding.explanation).toBe('How its source archives: archive_timeout is 0.');
});

test('a source that does not keep to its settings fails', () => {
  const late = { ...seen, seen: null, waited: 90.2 };
  const finding = findingOf(900, late, 'watch the archive: what was written is not archived');
  expect(finding).toMatchObject({ outcome: 'fail', value: { low: 90.2, high: null } });
  expect(finding.explanation).toContain('A mark was not archived within 90.2 s.');
});

test('settings that nobody has seen to be kept are no pass', () => {
  const ended = { ...seen, seen: null, waited: 40 };
  expect(findingOf(900, ended, 'stopped')).toMatchObject({ outcome: 'inconclusive', reason: 'not-run' });
  expect(findingOf(20, ended, 'stopped').outcome).toBe('fail');
});

test('what was not looked at is no pass, and says why', () => {
  expect(findingOf(900)).toMatchObject({ outcome: 'inconclusive', reason: 'not-run' });
  expect(findingOf(900, undefined, 'read its settings: refused.').explanation).toBe(
    'How soon it is archived was not looked at: read its settings: refused.',
  );
});
