import { describe, expect, it } from 'vitest';
import type { LedgerRecord } from '@ordeal/shared/record/record';
import { analyse as analyseAny, analyseLines } from './encode.ts';
import type { LedgerItem, LedgerReading, LedgerWrite } from './model.ts';
import type { LedgerQuestion } from './reference.ts';
import { randomFrom } from '../outage/random.ts';
import { plantLedger } from './planted.ts';

const anchor = { monotonicMs: 0, wallMs: Date.UTC(2026, 0, 1) };

/** Acknowledged at 100, 200, … by one worker. */
function acknowledged(count: number): LedgerWrite[] {
  return Array.from({ length: count }, (_, i) => write(i, 'ok'));
}

function write(sequence: number, outcome: LedgerWrite['outcome'], worker = 0): LedgerWrite {
  const completed = (sequence + 1) * 100;
  const id = `${worker}-${sequence}`;
  return { id, worker, sequence, hash: `h${id}`, outcome, invoked: completed - 10, completed };
}

function item(id: string, hash = `h${id}`): LedgerItem {
  return { id, hash };
}

function reading(begun: number, items: readonly LedgerItem[]): LedgerReading {
  return { begun, completed: begun + 10, items };
}

/** Ten writes, the fault at 650 to 660; by default everything is there. */
function analyse(more: Partial<LedgerQuestion> = {}): Promise<LedgerRecord> {
  const writes = more.writes ?? acknowledged(10);
  const items = writes.map((one) => item(one.id));
  return analyseAny({
    writes,
    readings: [reading(2000, items), reading(2100, items)],
    fault: { low: 650, high: 660 },
    targetSeconds: 1,
    anchor,
    ...more,
  });
}

function without(...ids: string[]): LedgerItem[] {
  return acknowledged(10)
    .map((one) => item(one.id))
    .filter((one) => !ids.includes(one.id));
}

describe('the ledger', () => {
  it('finds nothing where nothing is wrong, and says how fine it looked', async () => {
    expect(await analyse()).toEqual({
      seconds: 0,
      atLeast: false,
      lost: 0,
      acknowledged: 10,
      stale: 0,
      duplicate: 0,
      phantom: 0,
      resurrected: 0,
      corrupt: 0,
      unresolved: 0,
      recovered: 0,
      holes: 0,
      lostAfterFault: 0,
      resolutionSeconds: 0.1,
      target: 1,
      recoveryPoint: '2026-01-01T00:00:01.000Z',
    });
  });

  it('measures the loss from the oldest lost acknowledgement to the fault', async () => {
    // Acknowledged at 500 and 600; the fault is confirmed at 660.
    expect(await analyse({ readings: [reading(2000, without('0-4', '0-5'))] })).toMatchObject({
      lost: 2,
      seconds: 0.16,
      holes: 1,
      lostAfterFault: 0,
      atLeast: false,
      recoveryPoint: '2026-01-01T00:00:00.400Z',
    });
  });

  it('tells a loss after the fault apart, and measures to the newest', async () => {
    expect(await analyse({ readings: [reading(2000, without('0-5', '0-8'))] })).toMatchObject({
      lost: 2,
      seconds: 0.3,
      holes: 2,
      lostAfterFault: 1,
    });
  });

  it('says "at least" when the oldest write is lost itself', async () => {
    const readings = [reading(2000, without('0-0', '0-1', '0-2', '0-3', '0-4', '0-5'))];
    expect(await analyse({ readings })).toMatchObject({ atLeast: true, seconds: 0.56, recoveryPoint: null });
  });

  it('takes an empty set that was really read for a total loss', async () => {
    expect(await analyse({ readings: [reading(2000, [])] })).toMatchObject({
      lost: 10,
      atLeast: true,
      seconds: 0.9,
    });
  });

  it('counts what a later reading shows as stale and not as lost', async () => {
    const readings = [reading(2000, without('0-3')), reading(2100, without())];
    expect(await analyse({ readings })).toMatchObject({ stale: 1, lost: 0 });
  });

  it('does not blame a reading that began before the acknowledgement', async () => {
    const readings = [reading(350, without('0-3')), reading(2100, without())];
    expect(await analyse({ readings })).toMatchObject({ stale: 0, lost: 0 });
  });

  it('lets the last reading decide: what the rejoined primary took away is lost', async () => {
    const readings = [reading(2000, without()), reading(2100, without('0-9'))];
    expect(await analyse({ readings })).toMatchObject({ stale: 0, lost: 1, lostAfterFault: 1, seconds: 0 });
  });

  it('keeps what is in doubt neutral', async () => {
    const writes = [...acknowledged(10), write(10, 'info'), write(11, 'info')];
    const there = [...without(), item('0-10')];
    expect(await analyse({ writes, readings: [reading(2000, there)] })).toMatchObject({
      recovered: 1,
      unresolved: 1,
      lost: 0,
      acknowledged: 10,
    });
  });

  it('counts what was in doubt, then seen, then gone as lost', async () => {
    const writes = [...acknowledged(10), write(10, 'info')];
    const readings = [reading(2000, [...without(), item('0-10')]), reading(2100, without())];
    expect(await analyse({ writes, readings })).toMatchObject({ lost: 1, recovered: 0, unresolved: 0 });
  });

  it('measures a lost write in doubt that never ended from its invocation', async () => {
    const dangling = { ...write(5, 'info', 1), id: '1-0', sequence: 0, hash: 'h1-0', completed: Infinity };
    const writes = [...acknowledged(10), dangling];
    const readings = [reading(2000, [...without(), item('1-0')]), reading(2100, without())];
    expect(await analyse({ writes, readings })).toMatchObject({ lost: 1, seconds: 0.07 });
  });

  it('counts a rejected write that is there as resurrected, an unknown one as phantom', async () => {
    const writes = [...acknowledged(10), write(10, 'fail'), write(11, 'fail')];
    const there = [...without(), item('0-10'), item('nobody'), item('nobody')];
    expect(await analyse({ writes, readings: [reading(2000, there)] })).toMatchObject({
      resurrected: 1,
      phantom: 1,
      duplicate: 0,
    });
  });

  it('counts copies and changed contents once a write', async () => {
    const twice = [...without(), item('0-1'), item('0-1'), item('0-2', 'another')];
    expect(await analyse({ readings: [reading(2000, twice), reading(2100, twice)] })).toMatchObject({
      duplicate: 2,
      corrupt: 1,
      lost: 0,
    });
  });

  it('leaves the silence of the outage out of its resolution, and not the silence before it', async () => {
    const writes = [
      write(0, 'ok'),
      write(1, 'ok'),
      { ...write(50, 'ok'), id: '0-2', sequence: 2, hash: 'h0-2' },
    ];
    const readings = [
      reading(
        9000,
        writes.map((one) => item(one.id)),
      ),
    ];
    expect((await analyse({ writes, readings })).resolutionSeconds).toBe(0.45);
  });

  it('says nothing where nothing is known', async () => {
    await expect(analyse({ readings: [] })).rejects.toThrow('never read back');
    await expect(analyse({ readings: [reading(950, without())] })).rejects.toThrow('Stop writing');
    await expect(analyse({ writes: [], readings: [reading(2000, [])] })).rejects.toThrow(
      'none before the fault',
    );
    await expect(analyse({ fault: { low: 10, high: 20 } })).rejects.toThrow('none before the fault');
    await expect(analyse({ writes: [write(0, 'ok'), write(0, 'ok')] })).rejects.toThrow(
      'two writes with the number',
    );
  });

  it('refuses the outcome of a request that was not intended whole', async () => {
    const question = { writes: acknowledged(3), readings: [], fault: { low: 650, high: 660 } };
    const lines = ['["i",0,0,0,2]', '["o",0,0,3,"ok",20,5]'].map((line) => `${line}\n`);
    const header = '{"type":"ledger","at":0,"collection":"c"}\n';
    await expect(analyseLines([header, ...lines], { ...question, targetSeconds: 1, anchor })).rejects.toThrow(
      'but not its intent',
    );
  });

  it('finds exactly what was planted, for every seed', async () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const planted = plantLedger(randomFrom(seed), 1 + (seed % 3));
      const { writes, readings, fault, expected, rpo } = planted;
      const found = await analyse({ writes, readings, fault });
      expect(found, `seed ${seed}`).toMatchObject({ ...expected, atLeast: rpo.atLeast });
      expect(found.seconds, `seed ${seed}`).toBeCloseTo(rpo.seconds, 5);
      const point = found.recoveryPoint === null ? null : Date.parse(found.recoveryPoint) - anchor.wallMs;
      expect(point === null, `seed ${seed}`).toBe(rpo.point === null);
      // An ISO string ends at the millisecond.
      expect(Math.abs((point ?? 0) - (rpo.point ?? 0)), `seed ${seed}`).toBeLessThan(1.001);
    }
  });
});
