import { closeSync, openSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CommandError } from '../../src/command-error.ts';
import { beforeAnything, notBegun } from '../../src/run/not-begun.ts';

function refusalOf(write: () => unknown): CommandError {
  try {
    beforeAnything('/work/.ordeal/runs/1', write);
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error('it could be written');
}

it('names the folder on a full disk, which the system does not, and says what to do', () => {
  const full = openSync('/dev/full', 'w');
  const refusal = refusalOf(() => writeFileSync(full, 'run'));
  closeSync(full);
  expect(refusal.exitCode).toBe(64);
  expect(refusal.message).toMatch(
    /^The run cannot begin: nothing can be written to \/work\/\.ordeal\/runs\/1: ENOSPC: no space left on device, write\. Nothing was touched\. Free some room there/,
  );
});

it('says what to do about a place that is not for writing', () => {
  const refusal = refusalOf(() => {
    throw Object.assign(new Error("EROFS: read-only file system, open '/work/.ordeal/runs/1/run.json'"), {
      code: 'EROFS',
      syscall: 'open',
    });
  });
  expect(refusal.message).toContain('Call ordeal in a directory that you may write to');
});

it('says of anything else what it is, and blames no folder', () => {
  expect(() => notBegun(new Error('the cluster gives no answer'))).toThrow(
    /^The run cannot begin: the cluster gives no answer\. Nothing was touched\.$/,
  );
});
