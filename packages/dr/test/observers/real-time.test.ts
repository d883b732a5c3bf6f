import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { realTime, type RealTime, type Scheduling } from '../../src/observers/real-time.ts';
import { until } from './fixtures/until.ts';

let child: ReturnType<typeof spawn>;
let told: Scheduling[];
let scheduled: RealTime;

beforeEach(() => {
  told = [];
  child = spawn(execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  scheduled = realTime(child.pid ?? 0, (now) => told.push(now));
});
afterEach(async () => {
  child.kill('SIGKILL');
  await once(child, 'exit');
});

/** SCHED_OTHER is 0, SCHED_RR 2: field 41 of the process's line, behind its name in brackets. */
function policy(): number {
  const line = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[38]);
}

it('is not asked for as long as the observer is dear', () => {
  scheduled.look(0.5);
  expect([told, policy()]).toEqual([[], 0]);
});

it('is asked for by one that is cheap, and given up for good by one that becomes dear; or denied, with the reason', async () => {
  scheduled.look(0.05);
  await until(() => told.length === 1, 'what came of it');
  const [first] = told;
  const isGiven = first?.scheduling === 'real time';
  expect(policy()).toBe(isGiven ? 2 : 0);
  const denied = { scheduling: 'as usual', why: expect.stringMatching(/denied: .+/) };
  expect([{ scheduling: 'real time' }, denied]).toContainEqual(first);
  scheduled.look(0.2);
  scheduled.look(0.4);
  await until(() => policy() === 0, 'the usual scheduling');
  await until(() => told.length === (isGiven ? 2 : 1), 'what was said of it');
  scheduled.look(0.05);
  expect(policy()).toBe(0);
  expect(told.at(-1)).toEqual({
    scheduling: 'as usual',
    why: expect.stringMatching(isGiven ? /40 %/ : /denied/),
  });
});

it('is given up by whom a limit alone permits it, and later where that fails at first; and is not said to be denied', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-real-time-'));
  try {
    const program = join(dir, 'chrt');
    writeFileSync(
      program,
      `#!/bin/sh\ncase "$*" in *on-fork*--other*) rm "${dir}/busy" 2>/dev/null && exit 1;; *--other*) exit 1;; esac\nexit 0\n`,
      { mode: 0o700 },
    );
    writeFileSync(join(dir, 'busy'), '');
    scheduled = realTime(child.pid ?? 0, (now) => told.push(now), program);
    scheduled.look(0.05);
    await until(() => told.length === 1, 'what came of it');
    await until(() => {
      scheduled.look(0.4);
      return told.length === 2;
    }, 'that it was given up');
    expect(told).toEqual([
      { scheduling: 'real time' },
      { scheduling: 'as usual', why: expect.stringMatching(/40 %/) },
    ]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
