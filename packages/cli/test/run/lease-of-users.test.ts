import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, geteuid, pid } from 'node:process';
import { text } from 'node:stream/consumers';
import { holdLease, type HeldLease } from '@ordeal/shared/lease/hold';
import { processPlace, type ProcessPlace } from '@ordeal/shared/process/place';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { leaseFolder } from '../../src/run/lease-folder.ts';
import { activeHolders, fileLease } from '../../src/run/lease.ts';

/** One lease a machine: of all its users, and however they call ordeal. */

const entry = 'http://127.0.0.1:1';
const fixture = join(import.meta.dirname, 'fixtures', 'takes-lease.main.ts');
const isRoot = geteuid?.() === 0;

let dir: string;
beforeEach(() => {
  // Not below a folder that other users cannot enter.
  dir = mkdtempSync(join(isRoot ? '/var/tmp' : tmpdir(), 'ordeal-lease-'));
  chmodSync(dir, 0o1777);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const signal = new AbortController().signal;

async function take(run: string, at = entry): Promise<HeldLease> {
  const object = fileLease(dir, { name: 'shop', entry: at }, { pid, place: processPlace() }, systemClock);
  return await holdLease(object, { run, by: 'ada@here', since: '' }, { clock: systemClock, say: () => {} });
}

it('is the same however the entry of the platform is spelled', async () => {
  const first = await take('one', 'https://shop.example');
  for (const other of ['https://shop.example/', 'https://SHOP.example:443', 'https://shop.example/eu?x=1']) {
    expect(await take('two', other)).toMatchObject({
      taken: false,
      reason: expect.stringContaining('run one'),
    });
  }
  const another = await take('three', 'https://shop.example:8443');
  expect(another.taken).toBe(true);
  for (const one of [first, another]) if (one.taken) await one.release();
  expect(readdirSync(dir)).toEqual([]);
});

describe.skipIf(!isRoot)('of two users (needs root, to be another one)', () => {
  const others: ChildProcess[] = [];
  afterEach(() => {
    for (const one of others.splice(0)) one.kill('SIGKILL');
  });
  async function asNobody(run: string): Promise<{ readonly said: string; readonly child: ChildProcess }> {
    const child = spawn(execPath, ['--disable-warning=ExperimentalWarning', fixture, dir, entry, run], {
      uid: 65_534,
      gid: 65_534,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    others.push(child);
    const [said] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    return { said: String(said).trim(), child };
  }

  it('one works on a platform at a time, and what is left of a dead one is in nobody’s way', async () => {
    vi.stubEnv('NODE_COMPILE_CACHE', undefined);
    const theirs = await asNobody('theirs');
    expect(theirs.said).toBe('taken');
    expect(await take('ours')).toMatchObject({
      taken: false,
      reason: expect.stringMatching(/^run theirs of theirs@here has been at work on this platform/),
    });
    expect(activeHolders(dir, systemClock)).toMatchObject([{ run: 'theirs' }]);
    theirs.child.kill('SIGKILL');
    await once(theirs.child, 'exit');

    const ours = await take('ours');
    expect(ours.taken).toBe(true);
    expect((await asNobody('again')).said).toMatch(/^run ours of ada@here has been at work/);
    // Nobody can take away what is root's.
    const [own = ''] = readdirSync(dir).filter((file) => file.endsWith('.0.json'));
    expect(readFileSync(join(dir, own), 'utf8')).toContain('"run":"ours"');
    if (ours.taken) await ours.release();
    const next = await asNobody('next');
    expect(next.said).toBe('taken');
    next.child.stdin?.end();
    await once(next.child, 'exit');
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe.skipIf(!isRoot)('of two users at the same moment (needs root, to be another one)', () => {
  it('is never that of both', async () => {
    const rounds = 150;
    const program = join(import.meta.dirname, 'fixtures', 'contends-for-lease.main.ts');
    // Both are there by then, also on a machine that has other things to do; who comes later finds it taken, or free.
    const first = Date.now() + 3000;
    const had = await Promise.all(
      [geteuid?.() ?? 0, 65_534].map(async (uid): Promise<readonly (readonly [bigint, bigint])[]> => {
        const child = spawn(
          execPath,
          [
            '--disable-warning=ExperimentalWarning',
            program,
            dir,
            entry,
            `of-${uid}`,
            String(first),
            String(rounds),
          ],
          { uid, gid: uid, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] },
        );
        const said = await text(child.stdout);
        const times = said.split('\n').filter((line) => line !== '');
        return times.map((line) => line.split(' ').map(BigInt) as [bigint, bigint]);
      }),
    );
    const [ours = [], theirs = []] = had;
    expect(ours.length + theirs.length, 'one of them had it at times').toBeGreaterThan(0);
    const both = ours.filter(([from, to]) => theirs.some(([begin, end]) => begin < to && from < end));
    expect(both).toEqual([]);
    expect(readdirSync(dir)).toEqual([]);
  }, 60_000);
});

describe('of users who cannot see each other’s processes', () => {
  const here = processPlace();
  const container = (host: string): ProcessPlace => ({ ...here, host, pids: `pid:[${host}]` });
  const holder = (run: string) => ({ run, by: `${run}@here`, since: '' });

  it('goes to another once it has run out, and is lost to whom it was', async () => {
    const clock = createVirtualClock({ now: 1_000_000, wall: Date.now() });
    const [ann, ci] = [1, 2].map((uid) =>
      fileLease(dir, { name: 'shop', entry }, { pid, place: container(`pod-${uid}`), uid }, clock),
    ) as [ReturnType<typeof fileLease>, ReturnType<typeof fileLease>];
    const first = (await ann.create(holder('ann'), 30, signal)) ?? '';
    expect(await ci.create(holder('ci'), 30, signal)).toBeUndefined();
    expect((await ci.read(signal))?.holder.run).toBe('ann');
    await clock.sleep(61_000);
    expect(await ci.create(holder('ci'), 30, signal)).toBeDefined();
    expect(await ann.replace(first, holder('ann'), 30, signal)).toBeUndefined();
    expect((await ann.read(signal))?.holder.run).toBe('ci');
  });
});

it('follows no link, and waits for nothing, that somebody has put into its place', async () => {
  const ours = await take('ours');
  const [file = ''] = readdirSync(dir);
  if (ours.taken) await ours.release();
  const victim = join(dir, 'victim');
  // By what is in it, it would be that of a run that is gone.
  const gone = { run: 'gone', identity: `${pid}@1`, place: processPlace(), renewedAt: '', seconds: 30 };
  writeFileSync(victim, JSON.stringify(gone));
  for (const name of [file, file.replace(/\.\d+\.json$/, '.4711.json')]) {
    symlinkSync(victim, join(dir, name));
    expect(await take('next')).toMatchObject({
      taken: false,
      reason: expect.stringContaining('run unknown'),
    });
    rmSync(join(dir, name));
  }
  mkdirSync(join(dir, file));
  expect((await take('next')).taken).toBe(false);
  expect(JSON.parse(readFileSync(victim, 'utf8'))).toEqual(gone);
});

describe('its place', () => {
  it.skipIf(!isRoot)('is the machine’s, whatever the temporary folder of a job is', () => {
    vi.stubEnv('ORDEAL_LEASES', undefined);
    vi.stubEnv('TMPDIR', '/somewhere/else');
    expect(leaseFolder([join(dir, 'absent'), dir])).toBe(dir);
    chmodSync(dir, 0o777);
    expect(() => leaseFolder([dir])).toThrow(/none of .*mode 1777.*ORDEAL_LEASES/s);
  });

  it('is the one that is named', () => {
    vi.stubEnv('ORDEAL_LEASES', '/on/a/volume');
    expect(leaseFolder([])).toBe('/on/a/volume');
    vi.stubEnv('ORDEAL_LEASES', '');
    expect(() => leaseFolder([])).toThrow(/cannot agree/);
  });
});
