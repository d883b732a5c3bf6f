import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { BackupCheck, BackupDriver, PointInTime, SelfArchiving } from '@ordeal/shared/drivers/backup';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { anchorOf } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { RunEvent } from '@ordeal/shared/timeline/event';
import { createFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import type { RestoreSettings } from '../../src/restore/config.ts';
import type { RestorePhase } from '@ordeal/shared/scenario/restore-phase';
import { runRestore, type RestoreOutcome } from '../../src/restore/run-restore.ts';
import type { RestoreDeps } from '../../src/restore/course.ts';
import { quick, type Source } from '../backup/source.ts';
import { freePorts } from '../drivers/two-servers.ts';

export interface TestRun extends RunContext {
  readonly events: RunEvent[];
  dispose(): void;
}

/** A run with a real undo ledger, and its journal in memory. */
export function testRun(signal = AbortSignal.timeout(100_000)): TestRun {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-run-'));
  const events: RunEvent[] = [];
  return {
    runId: 'test',
    dir,
    seed: 1,
    clock: systemClock,
    events,
    journal: {
      append: (event) => {
        events.push(event);
        return { ...event, monotonicMs: systemClock.now(), at: new Date().toISOString() };
      },
    },
    undo: createFileUndoLedger(dir, systemClock),
    signal,
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export function phaseOf(drill: RestorePhase['drill'], change: Partial<RestorePhase> = {}): RestorePhase {
  return {
    phase: 'restore',
    name: 'restore-shop',
    title: 'the backup comes back',
    backup: 'shop',
    drill,
    deadline: 90,
    targets: { rto: 60, rpo: 600 },
    objectives: [],
    ...change,
  };
}

/** A place that is not there yet. */
export function settingsFor(source: Source, change: Partial<RestoreSettings> = {}): RestoreSettings {
  const dir = join(tmpdir(), `ordeal-rs-${randomBytes(4).toString('hex')}`);
  const { binDir, runAs } = source;
  return {
    into: { dir, binDir, settings: quick, ...(runAs && { runAs }) },
    source: {},
    checks: [{ name: 'orders can be read', sql: 'SELECT count(*) >= 2000 FROM orders' }],
    ...change,
  };
}

/** Of a restore in whose run nothing was written. */
export const noLedger: Pick<RestoreDeps, 'ledgerPlace' | 'ledgersBefore'> = {
  ledgerPlace: { known: false, why: 'there is none' },
  ledgersBefore: () => [],
};

export interface Restoring {
  readonly source: Source;
  readonly driver: BackupDriver & Partial<PointInTime> & Partial<SelfArchiving>;
  readonly settings?: RestoreSettings;
  readonly ledger?: Partial<Pick<RestoreDeps, 'ledgerPlace' | 'ledgersBefore' | 'startLedger'>>;
}

/** Runs a restore, and sees to it that nothing is left of it. */
export async function restoreOnce(
  phase: RestorePhase,
  { source, driver, settings = settingsFor(source), ledger }: Restoring,
): Promise<RestoreOutcome & { readonly events: readonly RunEvent[] }> {
  const run = testRun();
  try {
    const outcome = await runRestore(
      phase,
      {
        driver,
        settings,
        source: { url: source.url },
        freePort: async () => (await freePorts(1))[0] ?? 0,
        anchor: anchorOf(systemClock),
        ...noLedger,
        ...ledger,
      },
      run,
    );
    if (run.undo.open().length > 0) throw new Error(`left: ${JSON.stringify(run.undo.open())}`);
    return { ...outcome, events: run.events };
  } finally {
    run.dispose();
  }
}

/** Names of the checks that found something. */
export function brokenIn({ record }: RestoreOutcome): readonly string[] {
  return (record.checks ?? []).filter((one) => one.outcome === 'broken').map((one) => one.name);
}

/** What nobody knows to be well: broken, or not looked at. */
export function openIn({ record }: RestoreOutcome): readonly string[] {
  return (record.checks ?? []).filter((one) => one.outcome !== 'held').map((one) => one.name);
}

export function checkIn({ record }: RestoreOutcome, name: string): BackupCheck | undefined {
  return record.checks?.find((one) => one.name === name);
}

/** Changes a file in place. */
export function changeFile(path: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(path, change(readFileSync(path)));
}

export function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

/** Changes what a packed file holds. */
export function repacked(change: (bytes: Buffer) => Buffer): (bytes: Buffer) => Buffer {
  return (bytes) => gzipSync(change(gunzipSync(bytes)), { level: 1 });
}

/** Rewrites a copy's label to its files as they are now: as if they had been written so. */
export function relabel(storage: string, id: string, change: (label: Label) => Label = (one) => one): void {
  const path = join(storage, id, 'backup.json');
  const label = JSON.parse(readFileSync(path, 'utf8')) as Label;
  const files = label.files.map(({ name }) => {
    const bytes = readFileSync(join(storage, id, name));
    return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  writeFileSync(path, JSON.stringify(change({ ...label, files })));
}

export interface Label {
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly source: { readonly system: string; readonly database?: string };
  readonly instant: { readonly low: number; readonly high: number };
  readonly content: unknown;
  readonly detail: Readonly<Record<string, string>>;
}

/** Files of the log in an archive, the oldest first. */
export function logFiles(archive: string): readonly string[] {
  return readdirSync(archive)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .sort();
}

/** Everything that works in a directory. */
export function processesIn(dir: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(dir);
    } catch {
      return false;
    }
  });
}
