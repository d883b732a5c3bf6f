import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { echo } from 'zx';
import { ledgerFlags } from '../../packages/dr/src/ledger/ledger-flags.ts';
import { observerEnvironment } from '../../packages/dr/src/observers/observer-process.ts';
import { observe } from '../../packages/dr/test/observers/fixtures/observed.ts';
import { startPostgres } from '../../packages/dr/test/observers/fixtures/databases.ts';
import { readSite } from '../../packages/lab/src/read-site.ts';
import type { LedgerSpec } from '../../packages/shared/src/platform/ledger-spec.ts';
import { systemClock } from '../../packages/shared/src/time/system-clock.ts';
import agenticPlatform from '../../platforms/agentic-platform/platform.ts';
import { ordeal, workplace } from '../ordeal.ts';
import type { Bookkeeping, BookkeepingTook } from './ledger-book.main.ts';
import { cpuShares } from './observing.ts';
import { report } from './report.ts';

const SECONDS = 20;
const LAB = `bench-${process.pid}`;

/** What the ledger can write, what its bookkeeping takes, and how long the analysis of ten million writes takes. */
export async function benchLedger(): Promise<void> {
  await bookkeepingAlone(1);
  await bookkeepingAlone(10);
  await bookkeepingInPostgres(1);
  await bookkeepingInPostgres(10);
  await straightIntoPostgres(1);
  await straightIntoPostgres(10);
  await throughTheApi();
  await analysis();
}

/** Runs a program as a ledger's process is run, and reads what it prints. */
async function program(name: string, ...args: readonly string[]): Promise<unknown> {
  const path = join(import.meta.dirname, name);
  const { stdout } = await promisify(execFile)(process.execPath, [...ledgerFlags, path, ...args], {
    maxBuffer: 1 << 20,
    env: observerEnvironment,
  });
  return JSON.parse(stdout);
}

async function keepBook(how: Omit<Bookkeeping, 'file' | 'seconds'>): Promise<BookkeepingTook> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  try {
    const given: Bookkeeping = { ...how, file: join(dir, 'ledger.jsonl'), seconds: SECONDS };
    return (await program('ledger-book.main.ts', JSON.stringify(given))) as BookkeepingTook;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** All of the ledger but the database: pacing, ids, payloads, intents and outcomes on disk. */
async function bookkeepingAlone(writesPerCommit: number): Promise<void> {
  const { shares, rates } = await keepBook({ writesPerCommit, rate: 5000, url: null, keeps: true });
  const what = `ledger, bookkeeping alone, ${writesPerCommit} a transaction`;
  report(`${what}: writes`, '1/s', rates);
  report(`${what}: share of a processor`, '%', shares);
}

/** The same writes into PostgreSQL with intents and outcomes and without: the difference is what these take there. */
async function bookkeepingInPostgres(writesPerCommit: number): Promise<void> {
  const postgres = await startPostgres({ fsync: 'on', shared_buffers: '128MB' });
  try {
    const how = { writesPerCommit, rate: 5500, url: postgres.url };
    for (const keeps of [true, false]) {
      const { shares, rates } = await keepBook({ ...how, keeps });
      const what = `PostgreSQL, ${writesPerCommit} a transaction, ${keeps ? 'with' : 'without'} a book`;
      report(`${what}: acknowledged`, '1/s', rates);
      const atRate = shares.map((share, i) => (share * 5000) / (rates[i] ?? Number.NaN));
      report(`${what}: share at 5,000 a second`, '%', atRate);
    }
  } finally {
    await postgres.end();
  }
}

async function straightIntoPostgres(writesPerCommit: number): Promise<void> {
  const postgres = await startPostgres({ fsync: 'on', shared_buffers: '128MB' });
  try {
    const ledger: LedgerSpec = { kind: 'postgres', url: postgres.url, writesPerCommit };
    await write(`PostgreSQL, ${writesPerCommit} a transaction`, postgres.url, ledger, 5500);
  } finally {
    await postgres.end();
  }
}

async function throughTheApi(): Promise<void> {
  const cwd = workplace();
  const up = await ordeal(cwd, 'lab', 'up', '--lab-name', LAB);
  try {
    const site = readSite(LAB);
    if (site === undefined) throw new Error(`The lab is not up:\n${up.output}`);
    const platform = agenticPlatform.build({ env: (_, fallback = '') => fallback, lab: () => site });
    if (platform.ledger === null) throw new Error('The platform has no ledger.');
    const headers = {
      ...platform.headers,
      [platform.tenantHeader]: platform.tenants[0]?.id ?? '',
      'x-ordeal-run': LAB,
    };
    await write("the lab's API", platform.entry, platform.ledger, 550, headers);
  } finally {
    await ordeal(cwd, 'lab', 'down', '--lab-name', LAB);
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function write(
  where: string,
  entry: string,
  ledger: LedgerSpec,
  ledgerRate: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const observed = await observe(entry.replace(/^postgresql:/, 'http:'), {
    ledger,
    ledgerRate,
    probes: [],
    headers,
    ledgerTimeoutMs: 5000,
    collection: `${LAB}-ledger`,
  });
  try {
    await systemClock.sleep(2000);
    const before = { at: systemClock.now(), count: observed.observers.ledger().acknowledged };
    await systemClock.sleep(SECONDS * 1000);
    const seconds = (systemClock.now() - before.at) / 1000;
    const rate = (observed.observers.ledger().acknowledged - before.count) / seconds;
    await observed.observers.stopWriting();
    const at = systemClock.now();
    const record = await observed.observers.readBack({ low: at, high: at }, 5);
    echo(
      `ledger into ${where}: ${record.acknowledged} acknowledged, ${record.lost} lost, read back and analysed in ` +
        `${((systemClock.now() - at) / 1000).toFixed(1)} s, load average ${loadavg()[0]?.toFixed(1)}`,
    );
    report(`ledger into ${where}: acknowledged`, '1/s', [rate]);
    report(
      `ledger into ${where}: all of its process`,
      '%',
      cpuShares(observed.dir, 'ledger-drill.jsonl').slice(0, SECONDS),
    );
  } finally {
    await observed.end();
  }
}

type Took = Readonly<Record<string, number>>;
const WRITES = '10000000';

/** Ten million writes by 64 workers, read back twice, three of them lost. */
async function analysis(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  try {
    const file = join(dir, 'ledger.jsonl');
    const { bytes } = (await program('ledger-made.main.ts', file, WRITES)) as Took;
    const rounds: Took[] = [];
    for (let round = 0; round < 3; round += 1) {
      rounds.push((await program('ledger-analyse.main.ts', file, WRITES)) as Took);
    }
    const all = (field: string): number[] => rounds.map((one) => one[field] ?? Number.NaN);
    echo(
      `analysis: ${((bytes ?? 0) / 1e6).toFixed(0)} MB, ${all('lost').join(', ')} lost, load average ${loadavg()[0]?.toFixed(1)}`,
    );
    report('ledger, analysis of 10 million writes', 's', all('seconds'));
    report('ledger, analysis of 10 million writes: processor', 's', all('cpuSeconds'));
    report('ledger, analysis of 10 million writes: memory', 'MB', all('megabytes'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
