import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { holdLease, LeaseLost, type HeldLease } from '@ordeal/shared/lease/hold';
import { processIdentity } from '@ordeal/shared/process/identity';
import { processPlace, type ProcessPlace } from '@ordeal/shared/process/place';
import { cannotRun } from '@ordeal/shared/testing/left-out';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import type { Clock } from '@ordeal/shared/time/clock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { activeHolders, fileLease, forgetDead } from '../../src/run/lease.ts';

const shop = { name: 'shop', entry: 'http://127.0.0.1:1' };
const here = processPlace();
/** Another container that has the same folder: the same process id is another process there. */
const container: ProcessPlace = { ...here, host: 'pod-7', pids: 'pid:[4026532999]' };

let dir: string;
let clock: Clock;
let held: HeldLease[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-lease-'));
  clock = createVirtualClock({ now: 1_000_000, wall: Date.parse('2026-03-01T02:00:00Z') });
  held = [];
});
afterEach(async () => {
  for (const one of held) if (one.taken) await one.release();
  rmSync(dir, { recursive: true, force: true });
});

interface Taker {
  readonly entry?: string;
  readonly pid?: number;
  readonly place?: ProcessPlace;
}

async function take(run: string, taker: Taker = {}): Promise<HeldLease> {
  const { entry = shop.entry, pid: own = pid, place = here } = taker;
  const object = fileLease(dir, { ...shop, entry }, { pid: own, place }, clock);
  const holder = { run, by: 'ada@here', since: '2026-03-01T02:00:00Z' };
  const lease = await holdLease(object, holder, { clock, say: () => {} });
  held.push(lease);
  return lease;
}

/** As a process leaves it that is killed: there, and never renewed again. */
async function left(run: string, taker: Taker) {
  const { entry = shop.entry, pid: own = pid, place = here } = taker;
  const holder = { run, by: 'ada@here', since: '2026-03-01T02:00:00Z' };
  const signal = new AbortController().signal;
  await fileLease(dir, { ...shop, entry }, { pid: own, place }, clock).create(holder, 30, signal);
}

it('lets one run at a time work on a platform, and names the holder', async () => {
  const first = await take('run-1');
  expect(first.taken).toBe(true);
  expect(await take('run-2')).toMatchObject({
    taken: false,
    reason: expect.stringMatching(/^run run-1 of ada@here has been at work/),
  });
  expect((await take('run-3', { entry: 'http://127.0.0.1:2' })).taken).toBe(true);
  expect(activeHolders(dir, clock).map(({ run, platform }) => `${run} on ${platform}`)).toEqual(
    expect.arrayContaining(['run-1 on shop', 'run-3 on shop']),
  );
  if (first.taken) await first.release();
  expect((await take('run-4')).taken).toBe(true);
});

it('takes over the lease of a run whose process is gone, at once', async () => {
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  await left('dead', { pid: child.pid as number });
  expect((await take('next')).taken).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(activeHolders(dir, clock)).toEqual([]);
  expect((await take('next')).taken).toBe(true);
});

it('takes over the lease of a run in another container only once it has run out, whatever its process id is here', async () => {
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  await left('foreign', { pid: child.pid as number, place: container });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await take('next')).toMatchObject({ taken: false, reason: expect.stringContaining('run foreign') });
  expect(activeHolders(dir, clock).map(({ run }) => run)).toEqual(['foreign']);
  await clock.sleep(59_000);
  expect((await take('next')).taken).toBe(false);
  await clock.sleep(2_000);
  expect(activeHolders(dir, clock)).toEqual([]);
  expect((await take('next')).taken).toBe(true);
});

it('is not lost to another container while it is renewed', async () => {
  const ours = await take('ours', { place: container });
  await clock.sleep(300_000);
  expect((await take('next')).taken).toBe(false);
  expect(ours.taken && ours.signal.aborted).toBe(false);
  expect(readdirSync(dir)).toHaveLength(1);
});

it('is known to be over when the machine was started anew since, and not when it is a container that was', async () => {
  const machine = { ...here, pids: 'pid:[4026531836]', machine: 'm' };
  await left('before', { place: { ...machine, boot: 'earlier' } });
  const next = await take('next', { place: machine });
  expect(next.taken).toBe(true);
  if (next.taken) await next.release();
  await left('before', { place: { ...container, boot: 'earlier' } });
  expect((await take('next', { place: container })).taken).toBe(false);
});

it('goes to one of several who find it over', async () => {
  await left('dead', { place: container });
  await clock.sleep(61_000);
  const takers = await Promise.all(Array.from({ length: 8 }, (_, index) => take(`run-${index}`)));
  expect(takers.filter(({ taken }) => taken)).toHaveLength(1);
  expect(activeHolders(dir, clock)).toHaveLength(1);
});

it('ends a run whose lease somebody else has', async () => {
  const ours = await take('ours');
  const [file = ''] = readdirSync(dir);
  rmSync(join(dir, file));
  await left('other', { place: container });
  await clock.sleep(31_000);
  expect(ours.taken && ours.signal.reason).toBeInstanceOf(LeaseLost);
  if (ours.taken) await ours.release();
  expect(activeHolders(dir, clock).map(({ run }) => run)).toEqual(['other']);
});

it('is taken over from an ordeal before places were written down only once its process is gone', async () => {
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  await left('x', {});
  const [file = ''] = readdirSync(dir);
  const identity = processIdentity(child.pid as number);
  writeFileSync(
    join(dir, file),
    JSON.stringify({ run: 'older', platform: 'shop', identity, since: '2026-02-28T02:00:00Z' }),
  );
  await clock.sleep(Date.now() - clock.wall() + 3_600_000);
  expect(await take('next')).toMatchObject({ taken: false, reason: expect.stringContaining('run older') });
  expect(activeHolders(dir, clock).map(({ run, platform }) => `${run} on ${platform}`)).toEqual([
    'older on shop',
  ]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(activeHolders(dir, clock)).toEqual([]);
  expect((await take('next')).taken).toBe(true);
});

it('is renewed on a disk that is full', async (test) => {
  const without = isSmallDisk(dir) ? undefined : 'skipped: no small disk can be mounted here';
  if (cannotRun(without)) return void test.skip(without);
  try {
    const ours = await take('ours', { place: container });
    expect(() => writeFileSync(join(dir, 'filler'), Buffer.alloc(1 << 20))).toThrow('ENOSPC');
    await clock.sleep(300_000);
    expect((await take('next')).taken).toBe(false);
    expect(activeHolders(dir, clock).map(({ run }) => run)).toEqual(['ours']);
    expect(ours.taken && ours.signal.aborted).toBe(false);
    rmSync(join(dir, 'filler'));
    await clock.sleep(10_000);
    expect(ours.taken && ours.signal.aborted).toBe(false);
    if (ours.taken) await ours.release();
    expect(readdirSync(dir)).toEqual([]);
  } finally {
    execFileSync('umount', [dir]);
  }
});

function isSmallDisk(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it('holds what cannot be read for somebody’s, until it is old', async () => {
  await left('x', {});
  const [file = ''] = readdirSync(dir);
  writeFileSync(join(dir, file), '{"run": "older');
  const age = Date.now() - clock.wall();
  await clock.sleep(age);
  expect(await take('next')).toMatchObject({ taken: false, reason: expect.stringContaining('unknown') });
  await clock.sleep(120_000);
  expect((await take('next')).taken).toBe(true);
});

it('forgets runs that were killed, and neither those that are alive nor those that it cannot see', async () => {
  await take('alive');
  const dead = spawn('true');
  const number = Number(dead.pid);
  await once(dead, 'exit');
  await left('dead', { pid: number, entry: 'dead' });
  await left('out-of-sight', { place: container, entry: 'out-of-sight' });
  expect(readdirSync(dir)).toHaveLength(3);
  forgetDead(dir);
  expect(readdirSync(dir)).toHaveLength(2);
  expect(
    activeHolders(dir, clock)
      .map(({ run }) => run)
      .toSorted(),
  ).toEqual(['alive', 'out-of-sight']);
});
