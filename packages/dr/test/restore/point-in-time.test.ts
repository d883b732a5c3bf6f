import { chmodSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupDriver, PointInTime } from '@ordeal/shared/drivers/backup';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import type { RestoreSettings } from '../../src/restore/config.ts';
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

it('does not have the log read for how far it came where markers tell it', async () => {
  let read = false;
  const watched: typeof driver = {
    ...driver,
    restore: async (...asked) => {
      const server = await driver.restore(...asked);
      const replayed: typeof server.replayed = async (context) => {
        read = true;
        return (await server.replayed?.(context)) ?? { last: null };
      };
      return { ...server, replayed };
    },
  };
  const settings = settingsFor(source, { markers: { url: source.url } });
  const outcome = await restoreOnce(marked, { source, driver: watched, settings });
  expect(outcome.record.failed).toBeUndefined();
  expect(read).toBe(false);
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

describe('a moment that is past, without markers', () => {
  let phase: ReturnType<typeof phaseOf>;

  beforeAll(async () => {
    const write = async (item: string): Promise<number> => {
      const [row] = await source.sql<{ at: number }>(
        `INSERT INTO orders (item, price) VALUES ('${item}', 1) RETURNING floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at`,
      );
      return row?.at ?? 0;
    };
    await write('long before');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = await write('before');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const at = new Date(before + 150).toISOString();
    await write('after');
    await driver.archiveAll(testContext());
    phase = phaseOf({ kind: 'point-in-time', at });
  }, 60_000);

  const only = (items: readonly string[]): RestoreSettings['checks'] => [
    {
      name: 'orders of then',
      sql: `SELECT array_agg(item ORDER BY id) FILTER (WHERE price = 1 AND item NOT LIKE 'item %') = '{${items.map((item) => `"${item}"`).join(',')}}' FROM orders`,
    },
  ];

  it('is held against the log, and holds', async () => {
    const settings = settingsFor(source, { checks: only(['long before', 'before']) });
    const outcome = await restoreOnce(phase, { source, driver, settings });
    expect(outcome.record.failed).toBeUndefined();
    expect(checkIn(outcome, 'point in time')).toMatchObject({
      outcome: 'held',
      detail: expect.stringMatching(/the last transaction of \S+ is there, and the next one, of \S+, is not/),
    });
  });

  it('is told of a restore that goes too far', async () => {
    const settings = withPgCtl('/^recovery_target_time /d', only(['long before', 'before', 'after']));
    const outcome = await restoreOnce(phase, { source, driver, settings });
    expect(brokenIn(outcome)).toEqual(['point in time']);
    expect(checkIn(outcome, 'point in time')?.detail).toMatch(/it goes too far: a transaction that ended at/);
    expect(outcome.record.seconds.high).toBeNull();
  });

  it('is told of a restore that ends too early', async () => {
    const earlier = new Date(Date.parse('at' in phase.drill ? phase.drill.at : '') - 300);
    const text = earlier.toISOString().replace('T', ' ').replace('Z', '+00');
    const settings = withPgCtl(
      `s/^recovery_target_time .*/recovery_target_time = '${text}'/`,
      only(['long before']),
    );
    const outcome = await restoreOnce(phase, { source, driver, settings });
    expect(brokenIn(outcome)).toEqual(['point in time']);
    expect(checkIn(outcome, 'point in time')?.detail).toMatch(
      /it ends too early: 1 transactions that the archive holds/,
    );
  });

  /** A restore whose `pg_ctl` changes the server's settings before it starts it, as a careless script does. */
  function withPgCtl(sed: string, checks: RestoreSettings['checks']): RestoreSettings {
    const binDir = mkdtempSync(join(source.dir, 'bin-'));
    chmodSync(binDir, 0o755);
    for (const name of readdirSync(source.binDir)) {
      if (name !== 'pg_ctl') symlinkSync(join(source.binDir, name), join(binDir, name));
    }
    const script = `#!/bin/sh
case " $* " in *' start '*) sed -i "${sed}" "$2/postgresql.conf" ;; esac
exec ${join(source.binDir, 'pg_ctl')} "$@"
`;
    writeFileSync(join(binDir, 'pg_ctl'), script, { mode: 0o755 });
    const settings = settingsFor(source, { checks });
    return { ...settings, into: { ...settings.into, binDir } };
  }
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
