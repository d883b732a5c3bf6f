import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { describe, expect, it } from 'vitest';
import type { Defect } from './fixtures/protocol.ts';
import { withGround } from './fixtures/ground.ts';
import { fixtureProbes } from './fixtures/platform.ts';
import { until } from './fixtures/until.ts';

const collection = 'run-1-drill';
describe('the ledger of acknowledged writes', () => {
  it('finds nothing wrong with an honest platform', () =>
    withGround(async (ground) => {
      const { observers, fault, truth } = await ground.write({});
      const record = await observers.readBack(fault, 5);
      expect(record).toMatchObject({
        seconds: 0,
        atLeast: false,
        lost: 0,
        stale: 0,
        duplicate: 0,
        phantom: 0,
        resurrected: 0,
        corrupt: 0,
        unresolved: 0,
        recovered: 0,
        holes: 0,
        target: 5,
        acknowledged: truth.collections[collection],
      });
      expect(record.resolutionSeconds).toBeGreaterThan(0);
      // The largest gap between two acknowledgements: a machine that is busy makes it longer.
      expect(record.resolutionSeconds).toBeLessThan(20);
      expect(observers.ledger().acknowledged).toBe(record.acknowledged);
    }));

  it('counts every kind of defect exactly as often as the platform had it', () =>
    withGround(async (ground) => {
      const { observers, fault, truth } = await ground.write({
        3: 'lose',
        7: 'duplicate',
        11: 'corrupt',
        15: 'phantom',
        19: 'reject-and-keep',
        23: 'drop-and-keep',
        27: 'drop-and-forget',
        31: 'hide-at-first',
        35: 'reject',
        37: 'lose',
      });
      const planted = (defect: Defect): number => truth.planted[defect]?.length ?? 0;
      const record = await observers.readBack(fault, 5);
      expect(planted('lose')).toBeGreaterThan(3);
      expect(record).toMatchObject({
        lost: planted('lose'),
        duplicate: planted('duplicate'),
        corrupt: planted('corrupt'),
        phantom: planted('phantom'),
        resurrected: planted('reject-and-keep'),
        recovered: planted('drop-and-keep'),
        unresolved: planted('drop-and-forget'),
        stale: planted('hide-at-first'),
        acknowledged: truth.acknowledged,
      });
      expect(record.seconds).toBeGreaterThan(0);
    }));

  it('rejects when the set cannot be read, which is not the same as empty', () =>
    withGround(async (ground) => {
      const { observers, fault } = await ground.write({}, { readDeadlineMs: 700 });
      await ground.platform.tell({ type: 'break-reads', status: 503 });
      await expect(observers.readBack(fault, 5)).rejects.toThrow(/could not be read back.*status 503/);
      await ground.platform.tell({ type: 'refuse' });
      await expect(observers.readBack(fault, 5)).rejects.toThrow(/ECONNREFUSED/);
      await ground.platform.tell({ type: 'answer' });
      await ground.platform.tell({ type: 'break-reads', status: null });
      expect(await observers.readBack(fault, 5)).toMatchObject({ lost: 0 });
    }));

  it('reads no longer than the run goes on: whoever aborts it does not wait for a platform that is silent', () =>
    withGround(async (ground) => {
      const { observers, fault, stop } = await ground.write({}, { readDeadlineMs: 300_000 });
      await ground.platform.tell({ type: 'hang' });
      const reading = observers.readBack(fault, 5);
      await systemClock.sleep(100);
      stop(new Error('interrupted by SIGINT'));
      await expect(reading).rejects.toThrow('interrupted by SIGINT');
      await ground.platform.tell({ type: 'answer' });
    }));

  it('retries a reading while the platform comes back', () =>
    withGround(async (ground) => {
      const { observers, fault } = await ground.write({});
      await ground.platform.tell({ type: 'refuse' });
      const reading = observers.readBack(fault, 5);
      await systemClock.sleep(500);
      await ground.platform.tell({ type: 'answer' });
      expect(await reading).toMatchObject({ lost: 0 });
    }));

  it('keeps what an outage left in doubt apart from what was refused', () =>
    withGround(async (ground) => {
      const { observers, dir } = await ground.observe({ ledgerTimeoutMs: 250 });
      await until(() => observers.ledger().acknowledged > 50, 'acknowledged writes');
      const down = await ground.platform.tell({ type: 'hang' });
      await systemClock.sleep(300);
      await ground.platform.tell({ type: 'refuse' });
      await systemClock.sleep(200);
      await ground.platform.tell({ type: 'answer' });
      const before = observers.ledger().acknowledged;
      await until(() => observers.ledger().acknowledged > before + 20, 'writes after the outage');
      await observers.stopWriting();
      const record = await observers.readBack({ low: down.from, high: down.to }, 5);
      const outcomes = linesIn(dir).filter(([kind]) => kind === 'o');
      const count = (outcome: string): number => outcomes.filter((line) => line[4] === outcome).length;
      expect(record).toMatchObject({ lost: 0, resurrected: 0 });
      expect(record.unresolved + record.recovered).toBe(count('info'));
      expect(record.unresolved).toBeGreaterThan(10);
      expect(count('fail')).toBeGreaterThan(10);
      expect(new Set(outcomes.filter((line) => line[4] === 'fail').map((line) => line[7]))).toEqual(
        new Set(['refused']),
      );
    }));

  it('has each intent on disk before its request is sent', () =>
    withGround(async (ground) => {
      const { dir } = await ground.write({});
      const lines = linesIn(dir);
      const intents = intentsIn(lines);
      const outcomes = lines.filter(([kind]) => kind === 'o');
      expect(outcomes.length).toBeGreaterThanOrEqual(100);
      for (const [, worker, sequence, , , completed, took] of outcomes) {
        const stated = intents.get(`${String(worker)}-${String(sequence)}`);
        expect(Number(completed) - Number(took)).toBeGreaterThan(stated ?? Infinity);
      }
    }));

  it('has put down all that the platform may have, and all that it has told, when it is killed', () =>
    withGround(async (ground) => {
      const { observers, dir, pids } = await ground.observe({ ledgerRate: 1000 });
      const [, pid = 0] = await pids();
      await until(() => observers.ledger().acknowledged > 100, 'acknowledged writes');
      kill(pid, 'SIGKILL');
      await until(() => !observers.healthy().ok, 'its end');
      const lines = linesIn(dir);
      const intents = intentsIn(lines);
      const there = await idsIn(ground.platform.entry);
      expect(there.length).toBeGreaterThan(100);
      expect(there.filter((id) => !intents.has(id.slice(collection.length + 1)))).toEqual([]);
      const acknowledged = lines.filter(([kind, , , , outcome]) => kind === 'o' && outcome === 'ok');
      expect(acknowledged.length).toBeGreaterThanOrEqual(observers.ledger().acknowledged);
    }));

  it('wants writing to be stopped before it reads', () =>
    withGround(async (ground) => {
      const { observers } = await ground.observe();
      await expect(observers.readBack({ low: 0, high: 0 }, 5)).rejects.toThrow('Stop writing');
    }));

  it('deletes what the ledger and the probes have written, and says so where it cannot', () =>
    withGround(async (ground) => {
      const written = await ground.observe({ probes: fixtureProbes });
      const { streams, ledger } = written.observers;
      await until(
        () => ledger().acknowledged > 10 && (streams()[0]?.attempts.length ?? 0) > 10,
        'writes of both',
      );
      const before = await ground.platform.tell({ type: 'tell' });
      expect(Object.keys(before.collections).sort()).toEqual([collection, `${collection}-p`]);
      await written.end();
      expect((await ground.platform.tell({ type: 'tell' })).collections).toEqual({});

      const observed = await ground.observe({ clearDeadlineMs: 300 });
      await ground.platform.tell({ type: 'refuse' });
      const pids = await observed.pids();
      await expect(observed.end()).rejects.toThrow(`Collection ${collection} could not be deleted`);
      expect(pids.map((pid) => isThere(pid))).toEqual([false, false]);
    }));
});

/** The lines of the ledger's file that are about writes; the last may be torn. */
function linesIn(dir: string): readonly (readonly unknown[])[] {
  const lines = readFileSync(join(dir, 'ledger-drill.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('[')).map((line) => JSON.parse(line) as readonly unknown[]);
}

/** When each write was intended, by worker and sequence. */
function intentsIn(lines: readonly (readonly unknown[])[]): ReadonlyMap<string, number> {
  const intents = new Map<string, number>();
  for (const [kind, at, ...requests] of lines) {
    if (kind !== 'i') continue;
    for (let i = 0; i < requests.length; i += 3) {
      const [worker = 0, first = 0, count = 0] = requests.slice(i, i + 3).map(Number);
      for (let n = first; n < first + count; n += 1) intents.set(`${worker}-${n}`, Number(at));
    }
  }
  return intents;
}

/** Ids of the writes that the platform has. */
async function idsIn(entry: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: string | null = '0'; after !== null;) {
    const answer = await fetch(`${entry}/items?collection=${collection}&after=${after}`);
    const page = (await answer.json()) as {
      readonly items: { readonly id: string }[];
      readonly next?: unknown;
    };
    ids.push(...page.items.map(({ id }) => id));
    after = page.next === undefined || page.next === null ? null : String(page.next);
  }
  return ids;
}

function isThere(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
