import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, processIdentity } from '@ordeal/shared/process/identity';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readState, writeState } from '../src/deploy/state.ts';
import { mayDeploy, takeOver } from '../src/deploy/take-over.ts';

/** Whoever goes back and a deployer that has just been started must not both be at work. */
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-take-over-'));
  mkdirSync(join(dir, 'edge'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeState(dir, { doing: 'deploying', version: '1.1.0', said: '' });
});

/** What is noted of the process at work; `meanwhile` happens when it is asked for, or entered. */
function noted(meanwhile: { readonly asked?: () => string; readonly entered?: () => void } = {}) {
  let identity: string | undefined;
  return {
    alive: () => (identity = meanwhile.asked?.() ?? identity),
    started: (own: string) => {
      identity = own;
      meanwhile.entered?.();
    },
    now: () => identity,
  };
}

async function deployer(): Promise<string> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return processIdentity(child.pid ?? 0) ?? '';
}

describe('going back takes a lab over', () => {
  it('from a deployer that has entered itself before it could see the note', async () => {
    const other = await deployer();
    let doing = '';
    const files = noted({
      asked: () => {
        // It has read the state before the look, and goes on if it is not found by it.
        doing = readState(dir).doing;
        return other;
      },
    });
    await takeOver(dir, '1.0.0', 'own', files, systemClock);
    expect(doing).toBe('rolling-back');
    expect(isAlive(other)).toBe(false);
    expect(files.now()).toBe('own');
    expect(readState(dir)).toMatchObject({ doing: 'rolling-back', version: '1.0.0' });
  });

  it('and a deployer that comes later leaves it alone, and what is entered of others', () => {
    writeState(dir, { doing: 'rolling-back', version: '1.0.0', said: '' });
    const files = noted();
    expect(mayDeploy(dir, '1.1.0', 'late', files)).toBe(false);
    expect(files.now()).toBeUndefined();
  });

  it('also while a deployer enters itself', () => {
    const entered = (): void => writeState(dir, { doing: 'rolling-back', version: '1.0.0', said: '' });
    expect(mayDeploy(dir, '1.1.0', 'late', noted({ entered }))).toBe(false);
  });

  it('and nothing of that keeps a deployer from what it is meant to do', () => {
    const files = noted();
    expect(mayDeploy(dir, '1.1.0', 'own', files)).toBe(true);
    expect(files.now()).toBe('own');
    expect(mayDeploy(dir, '1.1.0-slow', 'own', files)).toBe(false);
  });
});
