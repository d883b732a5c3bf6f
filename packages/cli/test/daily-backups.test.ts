import { join } from 'node:path';
import { execPath } from 'node:process';
import { parseRestoreSettings } from '@ordeal/dr/restore/config';
import { judgeSchedule } from '@ordeal/dr/restore/schedule/judge-schedule';
import type { BackupCopy } from '@ordeal/shared/drivers/backup';
import { expect, it } from 'vitest';
import type { Edge } from '../src/edge.ts';
import { loadPlatform } from '../src/load/load-platform.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const edge = { cwd: root, root, node: execPath, env: {} } as unknown as Edge;

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** What is made of one night (s): a dump holds the moment at which it began, and is there when it is made. */
interface Dump {
  readonly begun: number;
  readonly made: number;
}

/** A job that begins at midnight or some minutes later, and takes some minutes or most of an hour. */
const dumps: readonly Dump[] = [5, 50, 20, 40, 10, 55, 30].map((minutes, night) => {
  const begun = night * DAY + (night % 3) * MINUTE;
  return { begun, made: begun + minutes * MINUTE };
});

function ageAt(now: number, kept: readonly Dump[]): number {
  const newest = kept.findLast(({ made }) => made <= now);
  if (newest === undefined) throw new Error('there is none yet');
  return now - newest.begun;
}

it.each([
  ['agentic-platform', 'age of the nightly dump'],
  ['research-agent', 'age of the daily backup'],
  ['research-assistant', 'age of the daily dump'],
  ['marketing-agents', 'age of the daily backup'],
  ['arklex', 'age of the dump'],
])(
  'what %s promises of daily backups is held by a nightly job, and not by one that left out a night',
  async (name, objective) => {
    const { platform } = await loadPlatform(name, edge, undefined);
    const limit = platform.objectives[objective]?.limit ?? Number.NaN;

    const minutes = Array.from({ length: 6 * 24 * 60 }, (_, minute) => DAY / 2 + minute * MINUTE);
    const oldest = Math.max(...minutes.map((now) => ageAt(now, dumps)));
    expect(oldest).toBeGreaterThan(DAY);
    expect(oldest).toBeLessThanOrEqual(limit);

    const noon = 3 * DAY + DAY / 2;
    expect(ageAt(noon, dumps.toSpliced(3, 1))).toBeGreaterThan(limit);
  },
);

/** Copies of the last 40 days that begin so many hours apart, the newest ten minutes before `now`. */
function copiesEvery(hours: number, now: number): readonly BackupCopy[] {
  return Array.from({ length: Math.ceil((40 * 24) / hours) }, (_, index) => {
    const begun = now - (10 * MINUTE + index * hours * 60 * MINUTE) * 1000;
    const instant = { low: begun, high: begun + 1000 };
    return { id: String(index), instant, bytes: 1000, source: null, content: null, detail: {} };
  });
}

it.each(['agentic-platform', 'research-agent'])(
  'of %s, which names no hour, a dump every 24 hours is a daily one, and one every 30 hours is not',
  async (name) => {
    const { platform } = await loadPlatform(name, edge, undefined);
    const settings = parseRestoreSettings(platform.backups?.['dump']?.restore, 'dump.restore');
    if (!settings.ok || settings.value.schedule === undefined) throw new Error('there is no schedule');
    const { schedule } = settings.value;
    const now = Date.UTC(2026, 10, 30, 12);
    expect(judgeSchedule(copiesEvery(24, now), schedule, now)).toMatchObject({ departures: [], unknown: [] });
    expect(judgeSchedule(copiesEvery(30, now), schedule, now).departures).not.toEqual([]);
  },
);
