import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { isAlive, pidOf, processIdentity } from '@ordeal/shared/process/identity';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { openFileUndoLedger } from '@ordeal/shared/undo/file-ledger';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { program, startSupervised, type SupervisedFixture } from './fixtures/supervised.ts';
import { startToxiproxy, until, type ToxiproxyFixture } from './fixtures/toxiproxy.ts';

let toxiproxy: ToxiproxyFixture;
let site: SupervisedFixture;
let runDir: string;

beforeAll(async () => {
  [toxiproxy, site] = await Promise.all([startToxiproxy(), startSupervised()]);
});
afterAll(() => Promise.all([toxiproxy.stop(), site.stop()]));
beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'ordeal-run-'));
});
afterEach(() => rmSync(runDir, { recursive: true, force: true }));

/**
 * A heal that has nothing to do takes one round trip, and a start of the lost site its own time. What a proof holds
 * it to; a busy machine gets longer in continuous integration.
 */
const HEALED_WITHIN_MS = process.env['ORDEAL_PROVE_CHAOS_KILLS'] === undefined ? 10_000 : 1_000;

describe('the guardian, when its runner is killed', () => {
  it.each([0, 3, 11, 27, 60])('heals proxies (killed %d ms after it began)', async (ms) => {
    const runner = await startRunner([proxyFault()], 5);
    await systemClock.sleep(ms);
    await killed(runner);
    await until(async () => openEntries().length === 0, HEALED_WITHIN_MS);
    expect(await toxiproxy.toxics('one')).toEqual([]);
    expect(await toxiproxy.toxics('two')).toEqual([]);
    await guardianEnds();
    expect(await toxiproxy.toxics('one')).toEqual([]);
  });

  it('heals a fault that is held', async () => {
    const runner = await startRunner([proxyFault()], 60_000);
    await runner.says('injected proxy');
    expect(await toxiproxy.echoes('one')).toBe(false);
    await killed(runner);
    await until(() => toxiproxy.echoes('one'), HEALED_WITHIN_MS);
    await guardianEnds();
  });

  it('starts a lost site again, and takes out what else is in at the same time', async () => {
    const runner = await startRunner([siteLost('old-primary'), proxyFault()], 60_000);
    await Promise.all([runner.says('injected host'), runner.says('injected proxy')]);
    expect(site.report('all').state).toBe('stopped');
    await killed(runner);
    await until(() => toxiproxy.echoes('one'), HEALED_WITHIN_MS);
    await guardianEnds();
    expect(site.report('all')).toMatchObject({ state: 'running', ready: true });
    expect(openEntries()).toEqual([]);
  });

  it('is not ended by the signals that end the runner', async () => {
    const runner = await startRunner([proxyFault()], 60_000);
    await runner.says('injected proxy');
    const guardian = guardianIdentity();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) kill(pidOf(guardian), signal);
    // A session of its own: what is sent to the runner's process group, even SIGKILL, does not reach it.
    kill(-(runner.child.pid ?? 0), 'SIGKILL');
    await runner.exited;
    await until(() => toxiproxy.echoes('one'), HEALED_WITHIN_MS);
    await guardianEnds();
    expect(log()).toMatch(/SIGTERM: ignored/);
    expect(log()).toMatch(/healed 1, kept 0, left 0/);
  });

  it('keeps the old primary down once a promotion was requested', async () => {
    const runner = await startRunner([siteLost('old-primary')], 60_000, 'promote');
    await runner.says('injected host');
    await killed(runner);
    await guardianEnds();
    expect(site.report('all').state).toBe('stopped');
    expect(openEntries().map(({ revives }) => revives)).toEqual(['old-primary']);
    expect(log()).toMatch(/the only writer of store \S+ is b\. Next step: rejoin a/);
    await startAgain();
  });
});

interface Runner {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  says(line: string): Promise<void>;
}

async function startRunner(faults: readonly unknown[], holdMs: number, ...more: string[]): Promise<Runner> {
  const args = [program('runner'), runDir, JSON.stringify(faults), String(holdMs), ...more];
  const child = spawn(testTools().node, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let heard = '';
  child.stdout.on('data', (data: Buffer) => {
    heard += data.toString();
  });
  const says = (line: string): Promise<void> => until(async () => heard.includes(`${line}\n`));
  const runner = { child, exited: once(child, 'exit'), says };
  await says('ready');
  return runner;
}

async function killed({ child, exited }: Runner): Promise<void> {
  child.kill('SIGKILL');
  await exited;
}

function proxyFault() {
  const config = { api: toxiproxy.api, proxies: ['one', 'two'], toxic: { type: 'timeout', timeout: 0 } };
  return { driver: 'proxy', config, revives: 'nothing' };
}

function siteLost(revives: string) {
  const config = {
    action: 'kill',
    units: [{ name: 'all', status: site.argv('status', 'all'), start: site.argv('start', 'all') }],
    signal: 'SIGKILL',
    replacedBy: 'nobody',
    readyWithinSeconds: 15,
    healedWhen: 'ready',
  };
  return { driver: 'host', config, revives };
}

async function startAgain(): Promise<void> {
  const [node, ...args] = site.argv('start', 'all');
  await once(spawn(node, args, { stdio: 'ignore' }), 'exit');
}

function openEntries() {
  return openFileUndoLedger(runDir, systemClock).open();
}

function log(): string {
  return readFileSync(join(runDir, 'guardian.log'), 'utf8');
}

function guardianIdentity(): string {
  const pid = Number(/watching \(pid (\d+)\)/.exec(log())?.[1]);
  const identity = processIdentity(pid);
  if (identity === undefined) throw new Error(`no guardian: ${log()}`);
  return identity;
}

async function guardianEnds(): Promise<void> {
  await until(async () => /healed \d+, kept \d+, left \d+/.test(log()));
  const pid = Number(/watching \(pid (\d+)\)/.exec(log())?.[1]);
  await until(async () => !isAlive(processIdentity(pid) ?? `${pid}@gone`));
}
