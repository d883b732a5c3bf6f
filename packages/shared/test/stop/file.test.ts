import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    writeFileSync(join(folder, 'stop.json'), text);
    expect(await fileStop(folder).read(signal)).toMatchObject({ state: 'ordered', order: { by: 'unknown' } });
    const { refusals } = await checkForStop([fileStop(folder)], { clock: systemClock });
    expect(refusals).toEqual([expect.stringMatching(/stands.*by somebody: no reason is given/)]);
  });

  it('stands also when a folder has its name', async () => {
    mkdirSync(join(folder, 'stop.json'), { recursive: true });
    expect(await fileStop(folder).read(signal)).toMatchObject({ state: 'ordered' });
    await fileStop(folder).clear(signal);
    expect(existsSync(join(folder, 'stop.json'))).toBe(false);
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

  it('is written for its owner alone', async () => {
    await fileStop(folder).order(order, signal);
    expect(statSync(folder).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'stop.json')).mode & 0o077).toBe(0);
  });
});
