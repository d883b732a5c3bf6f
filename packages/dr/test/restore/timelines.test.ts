import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BackupCopy } from '@ordeal/shared/drivers/backup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archivedSince } from '../../src/drivers/pg-basebackup/archive.ts';
import { chainAlong } from '../../src/drivers/pg-basebackup/chain.ts';
import { keptUntil } from '../../src/drivers/pg-basebackup/kept-until.ts';
import { segmentsIn } from '../../src/drivers/pg-basebackup/segments.ts';
import {
  departuresIn,
  historiesIn,
  latestTimeline,
  lineTo,
  timelineAt,
  type Stretch,
} from '../../src/drivers/pg-basebackup/timelines.ts';

const mib16 = 16 * 2 ** 20;

/** `2:1E`: name of the file with this number on this timeline. */
function file(short: string): string {
  const [timeline = '', rest = ''] = short.split(':');
  const [number = '', suffix = ''] = rest.split(/(?=\.)/);
  return `${timeline.padStart(8, '0')}00000000${number.padStart(8, '0')}${suffix}`;
}

const stored = (name: string) => ({ name, bytes: 1, modified: 0 });

describe('a history', () => {
  it('tells where each ancestor was left, oldest first', () => {
    const history = '1\t0/1E000090\tno recovery target specified\n\n# by hand\n3\tA/2000000\tbefore 2026\n';
    expect(departuresIn(history, 5)).toEqual([
      { timeline: 1, position: 0x1e000090 },
      { timeline: 3, position: 0xa_0200_0000 },
    ]);
    expect(departuresIn('', 2)).toEqual([]);
  });

  it.each([
    ['no position', '1\n'],
    ['something else', '<html>not found</html>'],
    ['ancestors in no order', '2\t0/3000000\tx\n1\t0/4000000\tx\n'],
    ['an ancestor that is later', '5\t0/3000000\tx\n'],
  ])('with %s is none', (_, history) => {
    expect(departuresIn(history, 5)).toBeUndefined();
  });

  it('is known by its name, packed or not, and followed up to the first that is missing', () => {
    const names = ['00000002.history', 'sub/00000003.history.gz', '00000005.history', '00000004.history.tmp'];
    const histories = historiesIn(names.map(stored));
    expect([...histories.keys()]).toEqual([2, 3, 5]);
    expect(latestTimeline(histories, 1)).toBe(3);
    expect(latestTimeline(histories, 4)).toBe(5);
    expect(latestTimeline(histories, 6)).toBe(6);
  });
});

describe('a line of timelines', () => {
  const departures = [
    { timeline: 1, position: 100 },
    { timeline: 2, position: 200 },
    { timeline: 4, position: 200 },
  ];

  it('begins with the timeline of the copy, and leaves each where its history says', () => {
    const line = lineTo(5, departures, 2);
    expect(line).toEqual([
      { timeline: 2, begin: 0, end: 200 },
      { timeline: 4, begin: 200, end: 200 },
      { timeline: 5, begin: 200, end: Infinity },
    ]);
    expect([1, 200, 201].map((position) => timelineAt(line ?? [], position))).toEqual([2, 2, 5]);
  });

  it('is one timeline where there is no later one', () => {
    expect(lineTo(2, [], 2)).toEqual([{ timeline: 2, begin: 0, end: Infinity }]);
  });

  it('does not lead to a timeline that has other ancestors', () => {
    expect(lineTo(5, departures, 3)).toBeUndefined();
  });
});

describe('a chain', () => {
  /** Left in the middle of file 4. */
  const left = 4 * mib16 + 1000;
  const line: readonly Stretch[] = [
    { timeline: 1, begin: 0, end: left },
    { timeline: 2, begin: left, end: Infinity },
  ];
  const along = (names: readonly string[], first = 3, on = line) => {
    const chain = chainAlong(segmentsIn(names.map(file).map(stored), mib16), first, on, mib16);
    const short = (name: string) => `${Number(name.slice(0, 8))}:${name.slice(-1)}`;
    return { has: chain.segments.map((one) => short(one.name)), misses: chain.missing.map(short) };
  };

  it('goes on over timelines, and ends at the first gap', () => {
    const names = ['1:2', '1:3', '1:4', '2:4.gz', '2:6', '1:3.00000028.backup', '2:9.partial'];
    expect(along(names)).toEqual({ has: ['1:3', '2:4'], misses: ['2:5'] });
    expect(along([])).toEqual({ has: [], misses: [] });
    expect(along(['2:5'], 4)).toEqual({ has: [], misses: ['2:4'] });
  });

  it('takes nothing of a timeline behind where it was left, nor before where it begins', () => {
    expect(along(['1:3', '1:4', '1:5', '1:6', '2:4', '2:7'])).toEqual({
      has: ['1:3', '2:4'],
      misses: ['2:5', '2:6'],
    });
    expect(along(['1:3', '1:4', '1:5', '1:6', '2:4'])).toEqual({ has: ['1:3', '2:4'], misses: [] });
    expect(along(['2:3', '2:4'])).toEqual({ has: [], misses: ['1:3'] });
  });

  it('takes nothing of a timeline that is no ancestor', () => {
    const third = line.map((one) => (one.timeline === 2 ? { ...one, timeline: 3 } : one));
    expect(along(['1:3', '2:4', '2:5', '3:5'], 3, third)).toEqual({ has: ['1:3'], misses: ['3:4'] });
  });

  it('ends where a timeline was left while the later one has no file', () => {
    const all = segmentsIn(['1:3', '1:4', '1:5'].map(file).map(stored), mib16);
    const { segments, missing } = chainAlong(all, 3, line, mib16);
    expect(segments.map(({ number, until }) => [number, until])).toEqual([
      [3, 4 * mib16],
      [4, left],
    ]);
    expect(missing).toEqual([]);
    expect(along(['1:3', '1:4.partial'])).toEqual({ has: ['1:3'], misses: [] });
    // What is behind that position in the file is lost all the same.
    expect(along(['1:3', '1:4', '2:5'])).toEqual({ has: ['1:3', '1:4'], misses: ['2:4'] });
  });

  it('needs no file twice where a timeline was left at the end of one', () => {
    const at = 5 * mib16;
    const even = [
      { timeline: 1, begin: 0, end: at },
      { timeline: 2, begin: at, end: Infinity },
    ];
    expect(along(['1:3', '1:4', '1:5', '2:5'], 3, even)).toEqual({ has: ['1:3', '1:4', '2:5'], misses: [] });
    expect(along(['1:3', '1:4', '1:5'], 3, even)).toEqual({ has: ['1:3', '1:4'], misses: [] });
  });

  it('takes a file once that is there packed as well', () => {
    expect(along(['1:3', '1:3.gz', '2:4'])).toEqual({ has: ['1:3', '2:4'], misses: [] });
  });
});

it('bytes behind a position are zeros, and as many', async () => {
  const all: number[] = [];
  const chunks = async function* () {
    yield* [Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5)];
  };
  for await (const chunk of keptUntil(chunks(), 3)) all.push(...chunk);
  expect(all).toEqual([1, 2, 3, 0, 0]);
});

describe('an archive behind a copy', () => {
  let path: string;
  const old = Date.parse('2026-03-01T12:00:00Z');

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'ordeal-tl-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  /** Each file of the log is written a second after the one before it. */
  function archived(
    names: readonly string[],
    histories: Readonly<Record<string, string | Buffer>> = {},
  ): void {
    names.forEach((name, at) => {
      writeFileSync(join(path, file(name)), '');
      utimesSync(join(path, file(name)), old / 1000 + at, old / 1000 + at);
    });
    for (const [name, content] of Object.entries(histories)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
    }
  }

  async function looked(timeline: string, lsn = '0/1D000100') {
    const place = { kind: 'directory', path } as const;
    const config = {
      url: 'postgresql://x',
      binDir: '/b',
      storage: place,
      archive: place,
      archiveWithinSeconds: 1,
      recoverWithinSeconds: 1,
      quietWithinSeconds: 1,
    };
    const copy: BackupCopy = {
      id: 'one',
      instant: { low: 1, high: 2 },
      bytes: 1,
      source: null,
      content: null,
      detail: { lsn, timeline, segmentBytes: String(mib16) },
    };
    const { check, newest } = await archivedSince(config, copy);
    return { ...check, low: newest.low - old, high: newest.high - old };
  }

  const history = { '00000002.history': '1\t0/1E000090\tno recovery target specified\n' };

  it('has a gap where only the abandoned timeline has the file', async () => {
    archived(['1:1D', '1:1E', '1:1F', '1:20', '2:1E', '2:21', '2:22'], history);
    expect(await looked('1')).toMatchObject({
      outcome: 'broken',
      detail: expect.stringContaining(`${file('2:1F')} is not in the archive`),
      // Nothing behind the later timeline's first file makes it younger.
      high: 4000,
    });
  });

  it('has none where the abandoned timeline went further than the later one', async () => {
    archived(['1:1D', '1:1E', '1:22', '2:1E'], {
      'sub/00000002.history.gz': gzipSync(history['00000002.history']),
    });
    expect(await looked('1')).toMatchObject({ outcome: 'held', low: 0, high: 3000 });
  });

  it('ends with the older timeline while the later one has only its history', async () => {
    archived(['1:1D', '1:1E.partial'], history);
    expect(await looked('1')).toMatchObject({ outcome: 'held', high: 0 });
  });

  it('misses the history of a later timeline that has files, and says what to do', async () => {
    archived(['1:1D', '1:1E', '2:1E', '3:1F']);
    expect(await looked('1')).toMatchObject({
      outcome: 'broken',
      detail: expect.stringMatching(
        /^00000002\.history is not in the archive .*, although there are files of timeline 3: .* pg_wal .* new backup$/,
      ),
      high: 1000,
    });
  });

  it('is no use to a copy from what was abandoned', async () => {
    archived(['1:1D', '1:1E', '2:1E'], history);
    expect(await looked('1', '0/1E000091')).toMatchObject({
      outcome: 'broken',
      detail: expect.stringMatching(/^the copy is on timeline 1 at 0\/1E000091, .* take a new backup$/),
    });
    archived([], { '00000003.history': '1\t0/1F000000\tx\n' });
    expect(await looked('2')).toMatchObject({
      outcome: 'broken',
      detail: expect.stringContaining('3, has not come from there'),
    });
  });

  it('tells which file cannot be read', async () => {
    archived(['1:1D'], { '00000002.history.gz': 'not packed' });
    await expect(looked('1')).rejects.toThrow(/^00000002\.history\.gz of the archive could not be read: /);
  });

  it('tells a history that no server can read', async () => {
    archived(['1:1D', '2:1E'], { '00000002.history': 'no such key' });
    expect(await looked('1')).toMatchObject({
      outcome: 'broken',
      detail: expect.stringContaining('00000002.history in the archive'),
    });
  });
});
