import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath, geteuid, umask } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearEverywhere, orderEverywhere } from '../../src/stop/everywhere.ts';
import { fileStop } from '../../src/stop/file.ts';
import { checkForStop } from '../../src/stop/look.ts';
import { EmergencyStop, watchForStop } from '../../src/stop/watch.ts';
import { systemClock } from '../../src/time/system-clock.ts';

let root: string;
let folder: string;
const signal = new AbortController().signal;
const order = { by: 'ada', at: '2026-03-01T02:00:00.000Z', why: 'customers are hurt' };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ordeal-stop-'));
  folder = join(root, 'leases');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the stop file', () => {
  it('is seen by everybody once it was ordered, with who, when and why, until it is cleared', async () => {
    const here = fileStop(folder);
    const there = fileStop(folder);
    expect(await there.read(signal)).toEqual({ state: 'clear' });
    expect(await here.order(order, signal)).toBe(order);
    expect(await there.read(signal)).toEqual({ state: 'ordered', order });
    expect(await there.clear(signal)).toEqual(order);
    expect(await here.read(signal)).toEqual({ state: 'clear' });
    expect(await here.clear(signal)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps the first order', async () => {
    await fileStop(folder).order(order, signal);
    const second = { ...order, by: 'bob' };
    expect(await fileStop(folder).order(second, signal)).toEqual(order);
    const both = await Promise.all(['x', 'y'].map((by) => fileStop(folder).order({ ...order, by }, signal)));
    expect(both).toEqual([order, order]);
  });

  it.each([
    ['is empty', ''],
    ['is no JSON', 'stop it!'],
    ['says something else', '[1]'],
  ])('stands also when it %s', async (_, text) => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'ordeal-stop.json'), text);
    expect(await fileStop(folder).read(signal)).toMatchObject({ state: 'ordered', order: { by: 'unknown' } });
    const { refusals } = await checkForStop([fileStop(folder)], { clock: systemClock });
    expect(refusals).toEqual([expect.stringMatching(/stands.*by somebody: no reason is given/)]);
  });

  it('stands also when a folder has its name', async () => {
    mkdirSync(join(folder, 'ordeal-stop.json'), { recursive: true });
    expect(await fileStop(folder).read(signal)).toMatchObject({ state: 'ordered' });
    await fileStop(folder).clear(signal);
    expect(existsSync(join(folder, 'ordeal-stop.json'))).toBe(false);
  });

  it('is unknown when its place cannot be looked at, and that refuses a run', async () => {
    writeFileSync(folder, 'a file where the folder should be');
    const { refusals } = await checkForStop([fileStop(folder)], { clock: systemClock });
    expect(refusals).toEqual([expect.stringMatching(/cannot be told: the file .* cannot be read/)]);
  });

  it('aborts a run that watches it, and says by whom and why', async () => {
    const watch = watchForStop([fileStop(folder)], { clock: systemClock, say: () => undefined });
    const aborted = new Promise<unknown>((resolve) => {
      watch.signal.addEventListener('abort', () => resolve(watch.signal.reason), { once: true });
    });
    await orderEverywhere([fileStop(folder)], order, systemClock);
    const reason = await aborted;
    expect(reason).toBeInstanceOf(EmergencyStop);
    expect((reason as Error).message).toMatch(
      /by ada at 2026-03-01T02:00:00\.000Z: customers are hurt \(the file/,
    );
    await watch.end();
  });

  it('says what was done, also where it could not be', async () => {
    writeFileSync(join(root, 'blocked'), '');
    const sources = [fileStop(folder), fileStop(join(root, 'blocked', 'deeper'))];
    const ordered = await orderEverywhere(sources, order, systemClock);
    expect(ordered.map(({ done }) => done)).toEqual([true, false]);
    expect((await orderEverywhere(sources, { ...order, by: 'bob' }, systemClock))[0]?.detail).toMatch(
      /stands already, ordered by ada/,
    );
    const cleared = await clearEverywhere(sources, systemClock);
    expect(cleared[0]?.detail).toMatch(/Cleared.*by ada/);
    expect((await clearEverywhere([fileStop(folder)], systemClock))[0]?.detail).toMatch(/None stood/);
  });

  it('is for all to read, whatever its user keeps to itself otherwise', async () => {
    mkdirSync(folder);
    const before = umask(0o077);
    try {
      await fileStop(folder).order(order, signal);
    } finally {
      umask(before);
    }
    expect(statSync(join(folder, 'ordeal-stop.json')).mode & 0o777).toBe(0o644);
  });

  it('follows no link, and waits for nothing, that somebody has put into its place', async () => {
    mkdirSync(folder);
    const path = join(folder, 'ordeal-stop.json');
    writeFileSync(join(root, 'secret'), JSON.stringify({ why: 'a secret' }));
    symlinkSync(join(root, 'secret'), path);
    expect(await fileStop(folder).read(signal)).toMatchObject({
      state: 'ordered',
      order: { why: 'unknown' },
    });
    await fileStop(folder).clear(signal);
    execFileSync('mkfifo', [path]);
    expect(await fileStop(folder).clear(signal)).toMatchObject({ why: 'unknown' });
    expect(existsSync(join(root, 'secret'))).toBe(true);
  });
});

describe.skipIf(geteuid?.() !== 0)('of two users (needs root, to be another one)', () => {
  const nobody = 65_534;
  /** What the other user is answered. */
  function asNobody(call: string): string {
    const file = new URL('../../src/stop/file.ts', import.meta.url).href;
    const program = `
      const { fileStop } = await import(${JSON.stringify(file)});
      const stop = fileStop(${JSON.stringify(folder)});
      console.log(await stop.${call}.then(JSON.stringify, String));`;
    const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
    return execFileSync(execPath, argv, { encoding: 'utf8', cwd: '/', uid: nobody, gid: nobody }).trim();
  }

  beforeEach(() => {
    // Not below a folder that other users cannot enter.
    rmSync(root, { recursive: true, force: true });
    root = mkdtempSync(join('/var/tmp', 'ordeal-stop-'));
    chmodSync(root, 0o755);
    folder = join(root, 'leases');
    mkdirSync(folder);
    chmodSync(folder, 0o1777);
  });

  it('each reaches the other, and whoever has ordered it, or root, clears it', async () => {
    await fileStop(folder).order(order, signal);
    expect(JSON.parse(asNobody('read()'))).toEqual({ state: 'ordered', order });
    expect(JSON.parse(asNobody(`order({ by: 'bob', at: '', why: '' })`)), 'the first is kept').toEqual(order);
    expect(asNobody('clear()')).toMatch(/another user's, ordered by ada .*: let that user clear it, or root/);
    expect(await fileStop(folder).clear(signal)).toEqual(order);

    asNobody(`order({ by: 'bob', at: 'noon', why: 'tests' })`);
    expect(await fileStop(folder).read(signal)).toMatchObject({ state: 'ordered', order: { by: 'bob' } });
    expect(await fileStop(folder).clear(signal)).toMatchObject({ by: 'bob' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
