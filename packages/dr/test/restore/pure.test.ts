import type { ContentManifest } from '@ordeal/shared/drivers/backup';
import { describe, expect, it } from 'vitest';
import { parseBackupCommand } from '../../src/drivers/backup-command/config.ts';
import { parseBasebackup } from '../../src/drivers/pg-basebackup/config.ts';
import {
  lsnOf,
  positionOf,
  segmentName,
  segmentOf,
  segmentsIn,
} from '../../src/drivers/pg-basebackup/segments.ts';
import { parseDump } from '../../src/drivers/pg-dump/config.ts';
import { parseRestoreSettings } from '../../src/restore/config.ts';
import { compareContent } from '../../src/restore/content.ts';
import { describeRestore } from '../../src/restore/run-restore.ts';
import { phaseOf } from './fixtures.ts';

const mib16 = 16 * 2 ** 20;

describe('positions in the log', () => {
  it.each([
    ['0/3000090', 1, '000000010000000000000003'],
    ['0/FF000001', 1, '0000000100000000000000FF'],
    ['1/1', 2, '000000020000000100000000'],
    ['A/FF123456', 31, '0000001F0000000A000000FF'],
  ])('%s on timeline %d is in %s', (lsn, timeline, name) => {
    expect(segmentName(timeline, segmentOf(lsn, mib16), mib16)).toBe(name);
    expect(lsnOf(positionOf(lsn))).toBe(lsn);
  });

  it('what ends where a file ends is in that file', () => {
    expect(segmentOf('0/4000000', mib16)).toBe(3);
    expect(segmentOf('0/4000001', mib16)).toBe(4);
  });

  it('only whole files count, in the order of the log', () => {
    const files = [
      '000000020000000000000004',
      'sub/000000010000000000000004.gz',
      '000000010000000000000003',
      '00000002.history',
      '000000010000000000000003.00000028.backup',
      '000000010000000000000009.partial',
    ].map((name) => ({ name, bytes: 1, modified: 0 }));
    expect(segmentsIn(files, mib16).map(({ timeline, number }) => [timeline, number])).toEqual([
      [1, 3],
      [1, 4],
      [2, 4],
    ]);
  });
});

describe('content', () => {
  const before: ContentManifest = {
    database: 'shop',
    tables: [
      { name: 'a', rows: 2, checksum: '01' },
      { name: 'b', rows: 1, checksum: '02' },
    ],
    sequences: [{ name: 's', last: '9007199254740993' }],
    objects: { indexes: 2 },
  };
  const broken = (after: ContentManifest): readonly string[] =>
    compareContent(before, after)
      .checks.filter((one) => one.outcome === 'broken')
      .map((one) => `${one.name}: ${one.detail}`);

  it('that is the same holds, and a sequence may have gone on', () => {
    expect(broken({ ...before, sequences: [{ name: 's', last: '9007199254740994' }] })).toEqual([]);
  });

  it.each<[string, Partial<ContentManifest>, string]>([
    [
      'a row that is gone',
      { tables: [{ name: 'a', rows: 1, checksum: '03' }, before.tables[1]!] },
      'content: a has 1 rows instead of 2',
    ],
    [
      'a row that is changed',
      { tables: [{ name: 'a', rows: 2, checksum: '03' }, before.tables[1]!] },
      'content: a has its 2 rows, but not all as they were',
    ],
    ['a table that is gone', { tables: [before.tables[0]!] }, 'content: b is not there (it had 1 rows)'],
    [
      'a table too many',
      { tables: [...before.tables, { name: 'c', rows: 7, checksum: '04' }] },
      'content: c was not there, and has 7 rows',
    ],
    [
      'a sequence that is behind by one',
      { sequences: [{ name: 's', last: '9007199254740992' }] },
      'sequences: s is at 9007199254740992, and was at 9007199254740993',
    ],
    ['a sequence that is gone', { sequences: [] }, 'sequences: s is at nothing, and was at 9007199254740993'],
    ['an index that is gone', { objects: { indexes: 1 } }, 'objects: 1 indexes instead of 2'],
  ])('tells %s', (_, change, sentence) => {
    expect(broken({ ...before, ...change })).toEqual([sentence]);
  });
});

describe('configurations', () => {
  it('are told every mistake at once', () => {
    const wrong = [
      parseBasebackup({ url: 'mysql://x', binDir: 'bin', storage: { kind: 'directory', path: 'rel' } }, 'p'),
      parseDump(
        { url: 'postgresql://host', binDir: '/b', storage: { kind: 'tape' }, foreign: { files: '(' } },
        'p',
      ),
      parseBackupCommand({ identify: [], latest: 'x', fills: 'all', database: '' }, 'p'),
      parseRestoreSettings(
        { into: { dir: 'rel', port: 0 }, checks: [{ name: 'x' }], ledger: { sql: 'SELECT 1' }, more: 1 },
        'p',
      ),
    ].map((one) => (one.ok ? [] : one.diagnostics.map((diagnostic) => diagnostic.path)));
    expect(wrong).toEqual([
      expect.arrayContaining(['p.url', 'p.binDir', 'p.storage.path', 'p.archive']),
      expect.arrayContaining(['p.url', 'p.storage.kind', 'p.foreign.files']),
      expect.arrayContaining(['p.identify', 'p.latest', 'p.restore', 'p.fills', 'p.database']),
      expect.arrayContaining([
        'p.into.dir',
        'p.into.port',
        'p.into.binDir',
        'p.checks[0]',
        'p.ledger.sql',
        'p',
      ]),
    ]);
  });

  it('of a schedule say the one or the other, and hours and zones that there are', () => {
    const into = { dir: '/var/tmp/restore', binDir: '/b' };
    const told = (schedule: unknown) => {
      const parsed = parseRestoreSettings({ into, schedule }, 'p');
      return parsed.ok
        ? parsed.value.schedule
        : parsed.diagnostics.map(({ path, expected }) => [path, expected]);
    };
    const nightly = { daily: { from: '02:00', to: '02:10' }, lateSeconds: 60 };
    expect(told(nightly)).toEqual({
      daily: { from: '02:00', to: '02:10', timeZone: 'UTC' },
      lateSeconds: 60,
    });
    expect(told({ everySeconds: 60, lateSeconds: 6 })).toEqual({ everySeconds: 60, lateSeconds: 6 });
    expect(told({ ...nightly, everySeconds: 60 })).toEqual([['p.schedule', 'one of everySeconds and daily']]);
    expect(told({ lateSeconds: 60 })).toEqual([['p.schedule', 'one of everySeconds and daily']]);
    expect(told({ ...nightly, daily: { from: '2 AM', to: '24:00', timeZone: 'Berlin' } })).toEqual([
      ['p.schedule.daily.from', 'a time of day such as 02:00'],
      ['p.schedule.daily.to', 'a time of day such as 02:00'],
      ['p.schedule.daily.timeZone', 'a time zone such as Europe/Berlin, or an offset such as +02:00'],
    ]);
    expect(told({ ...nightly, daily: { from: '02:00', to: '02:00' } })).toEqual([
      ['p.schedule.daily', 'two times of day that differ'],
    ]);
  });
});

it('a restore is described without anything being done', () => {
  expect(describeRestore(phaseOf({ kind: 'point-in-time', markFor: 3 }))).toEqual([
    expect.stringMatching(/^1\. check place: refuse unless .* \(target 15 s, given up after 90 s\)$/),
    expect.stringMatching(/^2\. write markers: .* 3 s before the moment/),
    expect.stringMatching(/^3\. choose backup: .* from before the moment/),
    expect.stringMatching(
      /^4\. restore: .*replay the log up to the moment \(target 60 s, given up after 90 s\)$/,
    ),
    expect.stringMatching(/^5\. prove: /),
    expect.stringMatching(/^6\. take away: whatever happens, .*stopped and deleted.*given up after 120 s\)$/),
    expect.stringMatching(/^Targets: restored and proven in 60 s, at most 600 s lost/),
  ]);
  expect(describeRestore(phaseOf({ kind: 'backup-freshness' })).at(-1)).toMatch(/Nothing is restored/);
});
