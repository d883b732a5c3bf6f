import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';

const edge = join(import.meta.dirname, '..', '..', 'src', 'edge.ts');

/** The real `bin/ordeal.js` with another program behind it. */
function madeWith(main: string): { readonly root: string; readonly bin: string } {
  const root = mkdtempSync(join(tmpdir(), 'ordeal-bin-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const cli = join(root, 'packages', 'cli');
  mkdirSync(join(cli, 'src'), { recursive: true });
  cpSync(join(import.meta.dirname, '..', '..', 'bin'), join(cli, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(cli, 'src', 'main.ts'), main);
  return { root, bin: join(cli, 'bin', 'ordeal.js') };
}

function startWith(main: string): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(execPath, [madeWith(main).bin], { encoding: 'utf8', timeout: 60_000 });
}

describe('the exit code of ordeal', () => {
  it('is that of the program', () => {
    expect(startWith('export const main = async () => process.exit(4);').status).toBe(4);
  });

  it('is no pass when the program stops short without an end', () => {
    expect(startWith('export const main = () => new Promise(() => {});').status).toBe(70);
  });

  it('is no missed objective when the program cannot be loaded', () => {
    const { status, stderr } = startWith("import './missing.ts'; export const main = async () => {};");
    expect(status).toBe(70);
    expect(stderr).toContain('missing.ts');
  });
});

/** What waits to be ended by a signal, and says by which. */
const WAITING = `
  import { writeFileSync } from 'node:fs';
  import process from 'node:process';
  import { processEdge } from ${JSON.stringify(edge)};
  export const main = async () => {
    processEdge().onSignal((signal) => {
      writeFileSync('ended-by', signal);
      process.exit(signal === 'SIGINT' ? 130 : 143);
    });
    setInterval(() => {}, 1000);
    writeFileSync('runner', String(process.pid));
    await new Promise(() => {});
  };`;

interface Launched {
  readonly launcher: ChildProcess;
  /** Of the real program, which the older Node has started. */
  readonly runner: number;
  readonly endedBy: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

/** Calls `bin/ordeal.js` with an older Node, which starts the one that is installed. */
async function launched(main: string): Promise<Launched> {
  const { root, bin } = madeWith(main);
  const installed = join(root, 'node_modules', 'node');
  mkdirSync(join(installed, 'bin'), { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{ "name": "node" }');
  symlinkSync(execPath, join(installed, 'bin', 'node'));
  // The version is all that differs, and all that is asked for.
  const old = join(root, 'old.cjs');
  writeFileSync(old, "Object.defineProperty(process.versions, 'node', { value: '20.11.0' });");
  const launcher = spawn(execPath, ['--require', old, bin], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  launcher.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  const ended = once(launcher, 'exit').then(([code]) => ({ code: code as number | null, said }));
  const runnerFile = join(root, 'runner');
  while (!existsSync(runnerFile) || readFileSync(runnerFile, 'utf8') === '') await pause(20);
  const runner = Number(readFileSync(runnerFile, 'utf8'));
  onTestFinished(() => {
    launcher.kill('SIGKILL');
    if (isThere(runner)) kill(runner, 'SIGKILL');
  });
  const file = join(root, 'ended-by');
  return {
    launcher,
    runner,
    ended,
    endedBy: () => (existsSync(file) ? readFileSync(file, 'utf8') : 'nothing'),
  };
}

function isThere(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch {
    return false;
  }
}

describe('where an older Node starts it', { timeout: 30_000 }, () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'a %s to the one that was called reaches it',
    async (signal) => {
      const { launcher, ended, endedBy } = await launched(WAITING);
      launcher.kill(signal);
      expect((await ended).code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(endedBy()).toBe(signal);
    },
  );

  it.each(['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const)(
    'one that was ended by %s was not interrupted, and that is said',
    async (signal) => {
      const { runner, ended } = await launched(WAITING);
      kill(runner, signal);
      const { code, said } = await ended;
      expect(code).toBe(70);
      expect(said).toContain(`was ended by ${signal}`);
      expect(said).toContain('ordeal recover');
    },
  );

  it('ends in order when the one that was called is killed', async () => {
    const { launcher, runner, endedBy } = await launched(WAITING);
    launcher.kill('SIGKILL');
    await expect.poll(() => isThere(runner), { timeout: 10_000 }).toBe(false);
    expect(endedBy()).toBe('the end of its launcher');
  });

  it('waits for nothing but what it does itself', async () => {
    const { ended } = await launched(`
      import { writeFileSync } from 'node:fs';
      import process from 'node:process';
      import { processEdge } from ${JSON.stringify(edge)};
      export const main = async () => {
        processEdge().onSignal(() => {});
        process.exitCode = 5;
        writeFileSync('runner', String(process.pid));
      };`);
    expect((await ended).code).toBe(5);
  });
});
