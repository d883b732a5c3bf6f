import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, kill } from 'node:process';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processIdentity } from '../../src/process/identity.ts';
import { testTools } from '../../src/testing/tools.ts';
import { systemClock } from '../../src/time/system-clock.ts';
import { createFileUndoLedger, openFileUndoLedger } from '../../src/undo/file-ledger.ts';
import { GuardianGone, guardedLedger } from '../../src/undo/guarded-ledger.ts';
import { runGuardian, type GuardianSettings } from '../../src/undo/guardian.ts';
import { outlivingPipeline } from '../../src/undo/outlive-pipeline.ts';
import type { Healers } from '../../src/undo/healer.ts';
import type { UndoLedger } from '../../src/undo/ledger.ts';
import { createProcessHealer } from '../../src/undo/process-healer.ts';
import { spawnGuardian } from '../../src/undo/spawn-guardian.ts';
import { flagHealer, isRaised, raiseFlag } from './fixtures/flags.ts';

let runDir: string;
let ledger: UndoLedger;
beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'ordeal-guardian-'));
  ledger = createFileUndoLedger(runDir, systemClock);
});
afterEach(() => rmSync(runDir, { recursive: true, force: true }));

describe('the guardian', () => {
  it.each([
    ['nothing', ''],
    ['something else', 'hello\n'],
    ['half a word', 'released'],
  ])('heals when the pipe closes and said %s', async (_, words) => {
    const flag = pushFlag(600_000);
    const { input, end } = guard();
    input.end(words);
    expect(await end).toMatchObject({ how: 'unwound', outcome: { left: [] } });
    expect(isRaised(flag)).toBe(false);
  });

  it('heals when the pipe breaks', async () => {
    const flag = pushFlag(600_000);
    const { input, end } = guard();
    input.destroy(new Error('broken pipe'));
    expect((await end).how).toBe('unwound');
    expect(isRaised(flag)).toBe(false);
  });

  it('says what a round has not healed, and goes on with it', async () => {
    const flag = pushFlag(600_000);
    let tries = 0;
    const said: string[] = [];
    const { input, end } = guard({
      roundsMs: [200, 30_000],
      say: (message) => void said.push(message),
      healers: {
        flag: {
          heal: (entry, context) => {
            tries += 1;
            return tries === 1 ? new Promise(() => {}) : flagHealer.heal(entry, context);
          },
        },
      },
    });
    input.end();
    expect(await end).toMatchObject({ how: 'unwound', outcome: { healed: [{ describe: flag }], left: [] } });
    expect(isRaised(flag)).toBe(false);
    expect(said.filter((message) => message.startsWith('left: '))).toHaveLength(1);
  });

  it('gives in its last round what takes longer the time for it, and in those before it no more than to others', async () => {
    const slow = 'slow';
    const deadline = new Date(Date.now() + 600_000).toISOString();
    ledger.push({
      driver: 'flag',
      config: null,
      describe: slow,
      deadline,
      revives: 'nothing',
      healSeconds: 60,
    });
    let isLast = false;
    const say = (message: string): void => void (isLast ||= message.startsWith('left: '));
    const heal: Healers[string]['heal'] = (_, { signal }) =>
      // Longer than the last round, for everybody else.
      systemClock.sleep(isLast ? 300 : 60_000, signal);
    const { input, end } = guard({ roundsMs: [200, 1], healers: { flag: { heal } }, say });
    input.end();
    expect(await end).toMatchObject({ how: 'unwound', outcome: { healed: [{ describe: slow }], left: [] } });
  });

  it('leaves everything as it is when it is released', async () => {
    const flag = pushFlag(600_000);
    const { input, end } = guard();
    input.write('rele');
    input.end('ased\n');
    expect(await end).toEqual({ how: 'released' });
    expect(isRaised(flag)).toBe(true);
  });

  it('heals what is overdue while the runner hangs, and nothing else', async () => {
    const [due, later] = [pushFlag(100), pushFlag(600_000)];
    const runner = spawn(testTools().node, [fixture('hung'), runDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(runner.stdout, 'data');
      await until(() => !isRaised(due));
      expect(isRaised(later)).toBe(true);
      expect(runner.exitCode).toBeNull();
    } finally {
      runner.kill('SIGKILL');
    }
    await until(() => !isRaised(later));
    await until(() => ledger.open().length === 0);
  });
});

describe('the guardian and the wall clock', () => {
  const HOUR_MS = 3_600_000;
  let jump = 0;
  beforeEach(() => {
    jump = 0;
  });
  const clock = { ...systemClock, wall: () => systemClock.wall() + jump };

  it('heals nothing beside a runner that lives because the clock was set forward', async () => {
    const { input, end } = guard({ clock });
    const flag = pushFlag(600_000);
    const soon = pushFlag(1_000);
    await systemClock.sleep(500);
    jump = HOUR_MS;
    await until(() => !isRaised(soon));
    await systemClock.sleep(600);
    expect(isRaised(flag)).toBe(true);
    input.end('released\n');
    await end;
  });

  it('waits no longer for a runner that hangs because it was set back', async () => {
    const { input, end } = guard({ clock });
    await systemClock.sleep(300);
    const flag = pushFlag(500);
    jump = -HOUR_MS;
    await until(() => ledger.open().length === 0);
    expect(isRaised(flag)).toBe(false);
    input.end('released\n');
    await end;
  });

  it('goes by it for what was there before it watched, and waits for none longer than it was given', async () => {
    const [late, long] = [pushFlag(500), pushFlag(600_000)];
    jump = -HOUR_MS;
    const { input, end } = guard({ clock });
    await until(() => !isRaised(late));
    expect(isRaised(long)).toBe(true);
    input.end('released\n');
    await end;
    jump = HOUR_MS;
    const again = guard({ clock });
    await until(() => !isRaised(long));
    again.input.end('released\n');
    await again.end;
  });
});

describe('a guardian that was started', () => {
  it('watches, and ends when it is released', async () => {
    const flag = pushFlag(600_000);
    const guardian = start([testTools().node, fixture('guardian'), runDir]);
    await guardian.ready;
    expect(guardian.alive()).toBe(true);
    await guardian.release();
    expect(guardian.alive()).toBe(false);
    expect(isRaised(flag)).toBe(true);
    expect(readFileSync(join(runDir, 'guardian.log'), 'utf8')).toMatch(/watching[^]*released/);
  });

  it.each([
    ['cannot be started', ['/nowhere/guardian'] as const, /has ended before it watched; see .*guardian\.log/],
    ['ends at once', ['sh', '-c', 'echo no healers >&2; exit 7'] as const, /has ended before it watched/],
  ])('is not ready when it %s', async (_, argv, message) => {
    const guardian = start(argv);
    await expect(guardian.ready).rejects.toThrow(message);
    expect(guardian.alive()).toBe(false);
  });

  it('is seen to be dead, and can then still be let go', async () => {
    const guardian = start([testTools().node, fixture('guardian'), runDir]);
    await guardian.ready;
    kill(Number(/pid (\d+)/.exec(readFileSync(join(runDir, 'guardian.log'), 'utf8'))?.[1]), 'SIGKILL');
    await until(() => !guardian.alive());
    await expect(guardian.release()).resolves.toBeUndefined();
  });

  it('lets nothing more be written that would have to be undone once it is gone', async () => {
    let guardian: ReturnType<typeof start> | undefined;
    const guarded = guardedLedger(openFileUndoLedger(runDir, systemClock), () => guardian);
    const entry = { driver: 'flag', config: {}, describe: 'x', deadline: '', revives: 'nothing' } as const;
    expect(() => guarded.push(entry)).toThrow(GuardianGone);
    guardian = start([testTools().node, fixture('guardian'), runDir]);
    expect(() => guarded.push(entry)).toThrow(GuardianGone);
    await guardian.ready;
    const { id } = guarded.push({ ...entry, deadline: new Date(Date.now() + 60_000).toISOString() });
    kill(Number(/pid (\d+)/.exec(readFileSync(join(runDir, 'guardian.log'), 'utf8'))?.[1]), 'SIGKILL');
    await until(() => guardian?.alive() === false);
    expect(() => guarded.push(entry)).toThrow(GuardianGone);
    // What is open is still healed and settled by the run itself.
    guarded.settle(id, 'run');
    expect(guarded.open()).toEqual([]);
  });
});

describe('a pipeline that cleans up', () => {
  const inside = { ...env, RUNNER_TRACKING_ID: 'github_1', BUILD_ID: '42', JENKINS_NODE_COOKIE: 'abc' };

  it('ends the runner with all its children, and the guardian heals', async () => {
    const flag = pushFlag(600_000);
    const runner = spawn(testTools().node, [fixture('hung'), runDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: inside,
    });
    await once(runner.stdout, 'data');
    // As agents do it: everything below the process, and everything that carries the job's mark.
    const doomed = [...below(runner.pid ?? 0), ...carrying('RUNNER_TRACKING_ID=github_1')];
    expect(doomed).toContain(runner.pid);
    expect(isRaised(flag)).toBe(true);
    for (const pid of new Set(doomed)) killIfThere(pid);
    await until(() => !isRaised(flag));
    await until(() => ledger.open().length === 0);
  });

  it('spares what bears the marks that Jenkins asks for', () => {
    expect(outlivingPipeline(inside)).toMatchObject({
      BUILD_ID: 'dontKillMe',
      JENKINS_NODE_COOKIE: 'dontKillMe',
    });
    expect(outlivingPipeline(inside)).not.toHaveProperty('RUNNER_TRACKING_ID');
    expect(outlivingPipeline(inside)['PATH']).toBe(env['PATH']);
  });
});

describe('the process healer', () => {
  const healer = createProcessHealer(200);
  const context = { clock: systemClock, signal: new AbortController().signal, say: () => undefined };

  it.each([
    ['asks a process to end', 'trap "exit 0" TERM; echo up; while :; do sleep 0.01; done', 0, null],
    ['kills one that does not', 'trap "" TERM; echo up; while :; do sleep 0.01; done', null, 'SIGKILL'],
  ])('%s, and is content when it is gone', async (_, script, code, signal) => {
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    const entry = ledger.push({
      driver: 'process',
      config: { identity: processIdentity(child.pid ?? 0), what: 'load generator' },
      describe: 'x',
      deadline: '',
      revives: 'nothing',
    });
    await healer.heal(entry, context);
    expect(await exited).toEqual([code, signal]);
    await healer.heal(entry, context);
  });

  it('leaves a process alone that has taken over the id', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const config = { identity: `${child.pid}@1`, what: 'x' };
    const entry = ledger.push({ driver: 'process', config, describe: 'x', deadline: '', revives: 'nothing' });
    await healer.heal(entry, context);
    child.kill('SIGKILL');
    expect(await exited).toEqual([null, 'SIGKILL']);
  });
});

/** A process and all that descend from it. */
function below(pid: number): readonly number[] {
  const children = processes().filter((one) => parentOf(one) === pid);
  return [pid, ...children.flatMap(below)];
}

function carrying(variable: string): readonly number[] {
  return processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable);
    } catch {
      return false;
    }
  });
}

function processes(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function killIfThere(pid: number): void {
  try {
    kill(pid, 'SIGKILL');
  } catch {
    // It has ended with the others.
  }
}

function guard(settings: Partial<GuardianSettings> = {}) {
  const input = new PassThrough();
  const end = runGuardian({
    input,
    runDir,
    healers: { flag: flagHealer },
    clock: systemClock,
    say: () => undefined,
    roundsMs: [5_000],
    ...settings,
  });
  return { input, end };
}

function start(argv: readonly [string, ...string[]]) {
  return spawnGuardian({ argv, env, runDir, clock: systemClock });
}

function pushFlag(dueInMs: number): string {
  const flag = raiseFlag(runDir, `flag-${ledger.open().length}`);
  const deadline = new Date(Date.now() + dueInMs).toISOString();
  ledger.push({ driver: 'flag', config: flag, describe: flag, deadline, revives: 'nothing' });
  return flag;
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.main.ts`, import.meta.url));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not so within 10 s: ${String(condition)}`);
    await systemClock.sleep(10);
  }
}
