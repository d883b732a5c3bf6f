import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, kill } from 'node:process';
import { fileURLToPath } from 'node:url';
import { isAlive, pidOf, processIdentity } from '@ordeal/shared/process/identity';
import { GuardianGone, guardedLedger } from '@ordeal/shared/undo/guarded-ledger';
import { describe, expect, it } from 'vitest';
import { startObservers } from '../../src/observers/start-observers.ts';
import type { WrittenUndo } from '../../src/ledger/written.ts';
import { contextIn, observe, pidIn, specFor } from './fixtures/observed.ts';
import { withGround } from './fixtures/ground.ts';
import { fixtureLedger } from './fixtures/platform.ts';
import { until } from './fixtures/until.ts';

describe.concurrent('the observers', () => {
  it('end at once when their runner is killed', () =>
    withGround(async ({ platform }) => {
      const dir = mkdtempSync(join(tmpdir(), 'ordeal-runner-'));
      const program = fileURLToPath(new URL('./fixtures/runner.main.ts', import.meta.url));
      const runner = spawn(execPath, [program, platform.entry, dir], { stdio: 'ignore' });
      let identities: readonly (string | undefined)[] = [];
      try {
        const files = ['probes-drill.jsonl', 'ledger-drill.jsonl'].map((name) => join(dir, name));
        await until(() => files.every(hasLines), 'evidence of both observers');
        identities = files.map((file) => processIdentity(pidIn(file)));
        expect(identities.every((one) => one !== undefined && isAlive(one))).toBe(true);
        runner.kill('SIGKILL');
        await until(() => identities.every((one) => one !== undefined && !isAlive(one)), 'their end');
        expect(identities.map((one) => one !== undefined && isAlive(one))).toEqual([false, false]);
      } finally {
        if (runner.exitCode === null && runner.signalCode === null) {
          runner.kill('SIGKILL');
          await once(runner, 'exit');
        }
        for (const one of identities) if (one !== undefined && isAlive(one)) kill(pidOf(one), 'SIGKILL');
        rmSync(dir, { recursive: true });
      }
    }));

  it.each([
    ['probe process', 0],
    ['ledger process', 1],
  ] as const)('say so when the %s was killed', (name, which) =>
    withGround(async ({ platform }) => {
      const observed = await observe(platform.entry, { ledger: fixtureLedger });
      try {
        expect(observed.observers.healthy()).toEqual({ ok: true });
        const pids = await observed.pids();
        kill(pids[which] ?? 0, 'SIGKILL');
        await until(() => !observed.observers.healthy().ok, 'the notice');
        expect(observed.observers.healthy()).toEqual({
          ok: false,
          reason: `the ${name} ended although it should not: signal SIGKILL`,
        });
        const asked = which === 0 ? observed.observers.stopProbes() : observed.observers.stopWriting();
        await expect(asked).rejects.toThrow('signal SIGKILL');
      } finally {
        await observed.end();
      }
    }),
  );

  it('say so when one of them is stuck', () =>
    withGround(async ({ platform }) => {
      const observed = await observe(platform.entry);
      const [pid = 0] = await observed.pids();
      try {
        kill(pid, 'SIGSTOP');
        await until(() => !observed.observers.healthy().ok, 'the notice');
        expect(observed.observers.healthy()).toMatchObject({
          reason: expect.stringContaining('has been silent'),
        });
        kill(pid, 'SIGCONT');
        await until(() => observed.observers.healthy().ok, 'signs of life');
        // The stall is there to be seen, as lateness and as missed ticks.
        await until(() => {
          const [stream] = observed.observers.streams();
          const late = (stream?.attempts ?? []).map((one) => one.sent - one.due);
          return Math.max(...late) > 2500 && (stream?.missedTicks ?? 0) > 100;
        }, 'a late attempt and missed ticks');
      } finally {
        await observed.end();
      }
    }));

  it('are given up when one of them is frozen and does not stop', () =>
    withGround(async ({ platform }) => {
      const observed = await observe(platform.entry, { ledger: fixtureLedger, stopDeadlineMs: 200 });
      const pids = await observed.pids();
      try {
        for (const pid of pids) kill(pid, 'SIGSTOP');
        await expect(observed.observers.stopWriting()).rejects.toThrow(
          /^the ledger process did not say stopped within \d+ ms$/,
        );
        await expect(observed.observers.stopProbes()).rejects.toThrow(
          'the probe process did not say stopped',
        );
      } finally {
        await observed.end();
      }
      expect(pids.map((pid) => processIdentity(pid))).toEqual([undefined, undefined]);
    }));

  it('do not start halfway: what is wrong comes as an error, and nothing is left', () =>
    withGround(async ({ platform }) => {
      const dir = mkdtempSync(join(tmpdir(), 'ordeal-observers-'));
      try {
        const spec = specFor(platform.entry, { ledger: fixtureLedger, node: '/nowhere/node' });
        await expect(startObservers(spec, contextIn(dir))).rejects.toMatchObject({
          message: expect.stringMatching(/^the observers of drill could not be started: .*ENOENT/),
        });
        const broken = specFor('no address', { ledger: fixtureLedger });
        await expect(startObservers(broken, contextIn(dir))).rejects.toMatchObject({
          message: expect.stringContaining('Invalid URL'),
        });
        await until(
          () =>
            ['probes-drill.jsonl', 'ledger-drill.jsonl']
              .map((name) => join(dir, name))
              .filter((file) => existsSync(file) && hasLines(file))
              .every((file) => processIdentity(pidIn(file)) === undefined),
          'the end of both',
        );
      } finally {
        rmSync(dir, { recursive: true });
      }
    }));

  it('are not started when nobody would delete what they write', () =>
    withGround(async ({ platform }) => {
      const dir = mkdtempSync(join(tmpdir(), 'ordeal-observers-'));
      const context = contextIn(dir);
      const undo = guardedLedger<typeof context.undo>(context.undo, () => ({ alive: () => false }));
      try {
        const spec = specFor(platform.entry, { ledger: fixtureLedger });
        await expect(startObservers(spec, { ...context, undo })).rejects.toThrow(GuardianGone);
      } finally {
        rmSync(dir, { recursive: true });
      }
    }));

  it('end, both of them, when what they will write cannot be put down to be undone', () =>
    withGround(async ({ platform }) => {
      const dir = mkdtempSync(join(tmpdir(), 'ordeal-observers-'));
      const context = contextIn(dir);
      let writers: readonly string[] = [];
      const full: typeof context.undo = {
        ...context.undo,
        push: ({ config }) => {
          ({ writers } = config as WrittenUndo);
          throw new Error('no space left on the device');
        },
      };
      try {
        const spec = specFor(platform.entry, { ledger: fixtureLedger });
        await expect(startObservers(spec, { ...context, undo: full })).rejects.toMatchObject({
          message: 'the observers of drill could not be started: no space left on the device',
        });
        expect(writers).toHaveLength(2);
        expect(writers.map(isAlive)).toEqual([false, false]);
      } finally {
        for (const one of writers) if (isAlive(one)) kill(pidOf(one), 'SIGKILL');
        rmSync(dir, { recursive: true });
      }
    }));
});

function hasLines(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').split('\n').length > 3;
}
