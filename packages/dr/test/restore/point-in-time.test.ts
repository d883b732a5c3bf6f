import type { BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import { judgeMarkers, type Marker } from '../../src/restore/markers.ts';
import { basebackupsOf, startSource, type Source } from '../backup/source.ts';
import { testContext } from '../drivers/two-servers.ts';
import { brokenIn, checkIn, phaseOf, restoreOnce, settingsFor } from './fixtures.ts';

// Servers are made and restored: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

const marked = phaseOf({ kind: 'point-in-time', markFor: 1 });

let source: Source;
let driver: BackupDriver & PointInTime;

beforeAll(async () => {
  source = await startSource();
  driver = createBasebackup(basebackupsOf(source));
  await driver.take(testContext());
}, 60_000);
afterAll(() => source.dispose());

it('restores a moment: nothing later is there, and little before it is missing', async () => {
  const settings = settingsFor(source, { markers: { url: source.url } });
  const { record } = await restoreOnce(marked, { source, driver, settings });
  expect(record.failed).toBeUndefined();
  expect(record.pointInTime).toMatchObject({ overshoot: 0, holes: 0 });
  expect(record.pointInTime?.before).toBeGreaterThan(3);
  expect(record.pointInTime?.after).toBeGreaterThan(3);
  expect(record.pointInTime?.undershootSeconds.low).toBe(0);
  expect(record.pointInTime?.undershootSeconds.high).toBeLessThanOrEqual(
    2 * (record.pointInTime?.resolutionSeconds ?? 0),
  );
  const left = await source.sql("SELECT 1 FROM pg_class WHERE relname LIKE 'ordeal_markers%'");
  expect(left, 'no marker is left in the source').toEqual([]);
});

it('finds one that goes too far', async () => {
  // It is asked for one moment and restores a later one.
  const late: typeof driver = {
    ...driver,
    restore: (copy, into, point, atOwnPoint, context) =>
      driver.restore(
        copy,
        into,
        point.to === 'time' ? { to: 'time', at: point.at + 400 } : point,
        atOwnPoint,
        context,
      ),
  };
  const settings = settingsFor(source, { markers: { url: source.url } });
  const outcome = await restoreOnce(marked, { source, driver: late, settings });
  expect(brokenIn(outcome)).toEqual(['point in time']);
  expect(checkIn(outcome, 'point in time')?.detail).toMatch(
    /of \d+ markers are there that were written after/,
  );
  expect(outcome.record.pointInTime?.overshoot).toBeGreaterThan(0);
  expect(outcome.record.seconds.high).toBeNull();
});

it('tells a moment up to which nothing is archived', async () => {
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const outcome = await restoreOnce(phaseOf({ kind: 'point-in-time', at }), { source, driver });
  expect(brokenIn(outcome)).toEqual(['recovery reaches its target']);
  expect(outcome.record.failed).toMatch(/nothing that was committed later is in the archive/);
});

it('tells a moment from before the first backup', async () => {
  const outcome = await restoreOnce(phaseOf({ kind: 'point-in-time', at: '2001-01-01T00:00:00Z' }), {
    source,
    driver,
  });
  expect(brokenIn(outcome)).toEqual(['backup there']);
});

it('refuses without markers to judge by', async () => {
  const outcome = await restoreOnce(marked, { source, driver });
  expect(outcome.refused).toEqual([expect.stringContaining('set `markers.url`')]);
});

describe('markers', () => {
  const markers = Array.from({ length: 20 }, (_, id): Marker => {
    const begun = 1000 + id * 100;
    return { id, begun, committed: begun + 100 };
  });
  const target = 2050;
  const judge = (found: readonly number[]): ReturnType<typeof judgeMarkers> =>
    judgeMarkers({ markers, target }, found);
  const upTo = (last: number): readonly number[] => markers.slice(0, last + 1).map((one) => one.id);
  const outcomes = (found: readonly number[]): readonly string[] =>
    judge(found).checks.map((one) => one.outcome);

  it('that are all there and no more bound the error by one of them', () => {
    expect(judge(upTo(10)).record).toMatchObject({
      before: 10,
      after: 9,
      overshoot: 0,
      holes: 0,
      undershootSeconds: { low: 0, high: 0.05 },
    });
  });

  it('decide nothing where one was under way at the moment', () => {
    expect(outcomes(upTo(9))).toEqual(['held', 'held']);
    expect(judge(upTo(9)).record.undershootSeconds).toEqual({ low: 0, high: 0.15 });
  });

  it('tell an undershoot, which is reported', () => {
    expect(outcomes(upTo(4))).toEqual(['held', 'held']);
    expect(judge(upTo(4)).record.undershootSeconds).toEqual({ low: 0.45, high: 0.65 });
  });

  it.each([[upTo(11)], [[...upTo(10), 19]]])('tell an overshoot %j', (found) => {
    expect(outcomes(found)[0]).toBe('broken');
  });

  it('tell a hole, and that none is there', () => {
    expect(outcomes(upTo(10).filter((id) => id !== 3))).toEqual(['held', 'broken']);
    expect(outcomes([])).toEqual(['held', 'broken']);
  });

  it('that were all written on one side of the moment say nothing', () => {
    expect(judgeMarkers({ markers, target: 9000 }, upTo(19)).checks[0]?.outcome).toBe('broken');
    expect(judgeMarkers({ markers, target: 0 }, []).checks[0]?.outcome).toBe('broken');
  });
});
