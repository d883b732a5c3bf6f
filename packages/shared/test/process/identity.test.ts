import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pid } from 'node:process';
import { expect, it } from 'vitest';
import { isAlive, pidOf, processIdentity } from '../../src/process/identity.ts';

it('tells processes apart, and knows when one is gone', async () => {
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  const identity = processIdentity(child.pid as number) as string;
  expect(pidOf(identity)).toBe(child.pid);
  expect(identity).not.toBe(processIdentity(pid));
  expect(isAlive(identity)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
  expect(processIdentity(child.pid as number)).toBeUndefined();
});

it('does not take another process with the same id for it', () => {
  expect(isAlive(`${pid}@1`)).toBe(false);
});
