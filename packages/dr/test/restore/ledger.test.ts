import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupCheck, BackupDriver } from '@ordeal/shared/drivers/backup';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { exactly } from '@ordeal/shared/time/interval';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBasebackup } from '../../src/drivers/pg-basebackup/driver.ts';
import { createDump } from '../../src/drivers/pg-dump/driver.ts';
import { ledgerFile } from '../../src/ledger/ledger-file.ts';
import { startObservers } from '../../src/observers/start-observers.ts';
import type { OwnLedger } from '../../src/restore/course.ts';
import { ledgerPlace } from '../../src/restore/ledger/place.ts';
import { basebackupsOf, dumpsOf, startSource, type Source } from '../backup/source.ts';
import { contextIn, specFor } from '../observers/fixtures/observed.ts';
import { until } from '../observers/fixtures/until.ts';
import { brokenIn, phaseOf, restoreOnce } from './fixtures.ts';

let source: Source;
let dir: string;
beforeAll(async () => {
  source = await startSource();
}, 60_000);
afterAll(() => source.dispose());
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-held-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const table = 'ordeal_ledger';

function drivers(): Readonly<Record<'dump' | 'database', BackupDriver>> {
  return {
    dump: createDump(dumpsOf(source)),
    database: createBasebackup(basebackupsOf(source)),
  };
}

/** A ledger as a drill or a restore of this name writes it straight into the source. */
async function start(name: string): Promise<OwnLedger> {
  const observers = await startObservers(
    specFor('http://127.0.0.1:1', {
      name,
      collection: `run-1-${name}`,
      probes: [],
      ledger: { kind: 'postgres', url: source.url },
      ledgerRate: 50,
    }),
    contextIn(dir),
  );
  const file = ledgerFile(join(dir, `ledger-${name}.jsonl`), 0);
  return { observers, before: { of: name, collection: `run-1-${name}`, source: file, fault: null } };
}

const place = () => ledgerPlace({ kind: 'postgres', url: source.url }, {});

/** A drill's ledger, that has come to its end. */
async function drilled(name: string): Promise<OwnLedger> {
  const own = await start(name);
  await until(() => own.observers.ledger().acknowledged >= 30, 'acknowledged writes');
  await own.observers.stopWriting();
  await own.observers.readBack(exactly(systemClock.now()), 60);
  return own;
}

function checksOf(checks: readonly BackupCheck[] | undefined): readonly BackupCheck[] {
  return (checks ?? []).filter(({ name }) => name.startsWith('ledger'));
}

describe.each(['dump', 'database'] as const)('a restore from a %s', { timeout: 90_000 }, (kind) => {
  it('has what was acknowledged while it was taken, and nothing that was not attempted', async () => {
    const { record } = await restoreOnce(phaseOf({ kind: 'restore', take: true }), {
      source,
      driver: drivers()[kind],
      ledger: { ledgerPlace: place(), startLedger: () => start('own') },
    });
    expect(record.failed).toBeUndefined();
    expect(checksOf(record.checks)).toEqual([
      {
        name: 'ledger of own',
        outcome: 'held',
        detail: expect.stringMatching(/^all \d\d+ writes that were acknowledged by then, and no others$/),
      },
    ]);
    expect(await source.sql(`SELECT to_regclass('${table}') AS there`), 'all of it is taken away').toEqual([
      { there: null },
    ]);
  });

  it('names what a drill before it had acknowledged, and it has not', async () => {
    const drill = await drilled('failover');
    try {
      const [gone] = await source.sql<{ worker: number; sequence: number }>(
        `DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE sequence = 3 LIMIT 1) RETURNING worker, sequence`,
      );
      await source.sql(`INSERT INTO ${table} VALUES ('run-1-failover', 0, 900000, 'x')`);
      const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), {
        source,
        driver: drivers()[kind],
        ledger: { ledgerPlace: place(), ledgersBefore: () => [drill.before] },
      });
      expect(brokenIn(outcome)).toEqual(['ledger of failover']);
      expect(outcome.record.failed).toMatch(
        new RegExp(
          `1 of \\d+ acknowledged writes are missing \\(run-1-failover-${gone?.worker}-${gone?.sequence}\\); ` +
            '1 are there that nobody wrote \\(run-1-failover-0-900000\\)',
        ),
      );
    } finally {
      await drill.observers.dispose();
    }
  });
});

describe('a restore', { timeout: 90_000 }, () => {
  it('says so where no ledger applies', async () => {
    const { record } = await restoreOnce(phaseOf({ kind: 'restore', take: true }), {
      source,
      driver: drivers().dump,
      ledger: { ledgerPlace: place() },
    });
    expect(checksOf(record.checks)).toEqual([
      { name: 'ledger', outcome: 'not-run', detail: 'no ledger was written before it in this run' },
    ]);
  });

  it('fails where the ledger is not where it is said to be', async () => {
    const drill = await drilled('failover');
    try {
      const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), {
        source,
        driver: drivers().dump,
        ledger: {
          ledgerPlace: { known: true, sql: 'SELECT id, body FROM nowhere WHERE collection = $1' },
          ledgersBefore: () => [drill.before],
        },
      });
      expect(outcome.record.failed).toMatch(/"nowhere" does not exist.*restore\.ledger/);
    } finally {
      await drill.observers.dispose();
    }
  });

  it('decides nothing by a ledger that was not read back', async () => {
    const drill = await start('failover');
    try {
      await until(() => drill.observers.ledger().acknowledged >= 10, 'acknowledged writes');
      await drill.observers.stopWriting();
      const outcome = await restoreOnce(phaseOf({ kind: 'restore', take: true }), {
        source,
        driver: drivers().dump,
        ledger: { ledgerPlace: place(), ledgersBefore: () => [drill.before] },
      });
      expect(outcome.record.failed).toBeUndefined();
      expect(outcome.observersBroke).toMatch(/ledger of failover decides nothing: it was never read back/);
    } finally {
      await drill.observers.dispose();
    }
  });
});
