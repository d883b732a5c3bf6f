import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeLease } from '../../src/run/lease.ts';

const entry = { name: 'shop', entry: 'http://127.0.0.1:1' };
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-lease-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('lets one run at a time work on a platform, and names the holder', () => {
  const first = takeLease(dir, entry, 'run-1', pid, new Date());
  expect(first.taken).toBe(true);
  const second = takeLease(dir, entry, 'run-2', pid, new Date());
  expect(second).toMatchObject({ taken: false, holder: { run: 'run-1' } });
  expect(takeLease(dir, { name: 'shop', entry: 'http://127.0.0.1:2' }, 'run-3', pid, new Date()).taken).toBe(
    true,
  );
  if (first.taken) first.release();
  expect(takeLease(dir, entry, 'run-4', pid, new Date()).taken).toBe(true);
});

it('takes over the lease of a run whose process is gone', async () => {
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  expect(takeLease(dir, entry, 'dead', child.pid as number, new Date()).taken).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(takeLease(dir, entry, 'next', pid, new Date()).taken).toBe(true);
});
