import { describe, expect, it } from 'vitest';
import { around, transactionsIn, type EndedTransaction } from '../../src/drivers/pg-basebackup/replayed.ts';
import { judgeMoment } from '../../src/restore/moment.ts';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const at = Date.parse('2026-03-01T12:00:00Z');

describe('what pg_waldump prints', () => {
  it('is read to the microsecond: commits, aborts, and those that were prepared', async () => {
    const head = (lsn: string): string =>
      `rmgr: Transaction len (rec/tot):     34/    34, tx:        735, lsn: ${lsn}, prev 0/0152D090, desc: `;
    const lines = [
      `${head('0/00000010')}COMMIT 2026-03-01 12:00:00.000001 UTC`,
      `${head('0/00000020')}ABORT 2026-03-01 12:00:01.500000 UTC; rels: base/5/16385`,
      `${head('0/00000030')}COMMIT_PREPARED 734: 2026-03-01 12:00:02.000000 UTC; inval msgs: catcache 7`,
      `${head('0/00000040')}PREPARE gid one: 2026-03-01 12:00:03.000000 UTC`,
      'pg_waldump: error: something else',
    ];
    expect(await all(transactionsIn(each(lines)))).toEqual([
      { position: 16, at: at + 0.001 },
      { position: 32, at: at + 1500 },
      { position: 48, at: at + 2000 },
    ]);
  });
});

describe('how far a log was replayed', () => {
  const log: readonly EndedTransaction[] = [
    { position: 10, at: at - 2000 },
    { position: 20, at: at - 1000 },
    { position: 30, at },
    { position: 40, at: at + 0.001 },
    // The clock was set back: recovery had ended by then.
    { position: 50, at: at - 500 },
  ];

  it.each([
    ['exactly to the moment', 40, { missing: null, later: { at: at + 0.001, replayed: false } }],
    ['too far', 41, { missing: null, later: { at: at + 0.001, replayed: true } }],
    [
      'too little',
      15,
      { missing: { number: 2, first: at - 1000 }, later: { at: at + 0.001, replayed: false } },
    ],
  ])('%s', async (_, position, expected) => {
    expect(await around(at, position, each(log))).toEqual(expected);
  });

  it('and that the log ends before the moment', async () => {
    expect(await around(at, 40, each(log.slice(0, 3)))).toEqual({ missing: null, later: null });
  });
});

describe('a moment', () => {
  const later = { at: at + 5000, replayed: false };
  it.each([
    ['held', at - 1000, { missing: null, later }, /is there, and the next one/],
    ['held', at, { missing: null, later }, /is there, and the next one/],
    ['held', null, { missing: null, later }, /nothing had to be replayed/],
    ['broken', at + 0.001, undefined, /too far.*12:00:00\.000001Z was replayed, 0\.000001 s after/],
    ['broken', at - 1000, { missing: null, later: { ...later, replayed: true } }, /too far.* 5\.0 s after/],
    ['broken', null, { missing: { number: 3, first: at - 4000 }, later }, /too early: 3 transactions/],
    ['not-run', at - 1000, { missing: null, later: null }, /nothing shows that it reaches/],
    ['not-run', at - 1000, undefined, /several timelines/],
  ])('%s when the last one replayed is of %s', (outcome, last, log, detail) => {
    const check = judgeMoment(at, { last, ...(log && { log }) });
    expect(check).toMatchObject({ name: 'point in time', outcome });
    expect(check.detail).toMatch(detail);
  });
});
