import { describe, expect, it } from 'vitest';
import { openBook } from '../../src/ledger/book.ts';
import { payloadOf } from '../../src/ledger/payload.ts';
import type { LedgerSource } from '../../src/ledger/analyse.ts';
import type { Outcome } from '../../src/ledger/writes.ts';
import {
  againstLedger,
  type LedgerBefore,
  type RestoredWrite,
} from '../../src/restore/ledger/against-ledger.ts';
import { onLedgersClock } from '../../src/restore/ledger/moment-restored.ts';
import { ledgerPlace } from '../../src/restore/ledger/place.ts';
import { readAttempted } from '../../src/restore/ledger/read-attempted.ts';

/** A ledger whose write n is sent at 10 n and known at 10 n + 5, in milliseconds; what the platform has at last. */
async function ledgerOf(outcomes: readonly Outcome[], live: readonly number[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const book = openBook(
    {
      add: (more) => void lines.push(more),
      commit: async () => undefined,
      append: async (entry) => void lines.push(`${JSON.stringify(entry)}\n`),
      flushNow: () => undefined,
    },
    { type: 'ledger', at: 1000, collection: 'c' },
  );
  for (const [sequence, outcome] of outcomes.entries()) {
    const sent = 1000 + sequence * 10;
    book.intents([[{ worker: 0, sequence }]], sent);
    book.outcome([{ worker: 0, sequence }], { sent, completed: sent + 5, outcome, detail: '' });
  }
  const reading = book.beginReading();
  const keys = live.map((sequence) => ({ key: { worker: 0, sequence }, corrupt: false }));
  if (keys.length > 0) await book.found(reading, keys);
  await book.endReading(reading, 2000, 2001);
  await book.sum();
  return lines;
}

function sourceOf(lines: readonly string[]): LedgerSource {
  return {
    writes: 0,
    async *open() {
      yield Buffer.from(lines.join(''));
    },
  };
}

function rows(...ids: readonly number[]): readonly RestoredWrite[] {
  return ids.map((n) => ({ id: `c-0-${n}`, payload: payloadOf(`c-0-${n}`) }));
}

const all = [0, 1, 2, 3, 4, 5];
const acknowledged = all.map((): Outcome => 'ok');

async function look(
  found: readonly RestoredWrite[],
  change: {
    readonly outcomes?: readonly Outcome[];
    readonly live?: readonly number[];
    readonly fault?: LedgerBefore['fault'];
    readonly upTo?: { readonly low: number; readonly high: number };
  } = {},
): Promise<string> {
  const { outcomes = acknowledged, live = all, fault = null, upTo = { low: 1026, high: 1032 } } = change;
  const source = sourceOf(await ledgerOf(outcomes, live));
  async function* pages(): AsyncIterable<readonly RestoredWrite[]> {
    for (let at = 0; at < found.length; at += 2) yield found.slice(at, at + 2);
  }
  const before = { of: 'failover', collection: 'c', source, fault };
  const held = await againstLedger(before, await readAttempted(source), pages(), upTo);
  return `${held.outcome}: ${held.detail}`;
}

describe('a restored server against a ledger', () => {
  it('holds with and without what was under way', async () => {
    expect(await look(rows(0, 1, 2))).toBe(
      'held: all 3 writes that were acknowledged by then, and no others',
    );
    expect(await look(rows(0, 1, 2, 3))).toMatch(/^held/);
  });

  it.each([
    [rows(0, 2), '1 of 3 acknowledged writes are missing (c-0-1)'],
    [[], '3 of 3 acknowledged writes are missing (c-0-0, c-0-1, c-0-2)'],
    [rows(0, 1, 2, 4), '1 are there that were begun only afterwards (c-0-4)'],
    [[...rows(0, 1, 2), { id: 'c-x', payload: '' }], '1 are there that nobody wrote (c-x)'],
    [[...rows(0, 1, 2), { id: 'c-0-6', payload: '' }], '1 are there that nobody wrote (c-0-6)'],
    [[...rows(0, 1), { id: 'c-0-2', payload: 'other' }], '1 are not what was written (c-0-2)'],
    [rows(0, 1, 2, 2), '1 are there more than once (c-0-2)'],
    [
      [...rows(1, 2, 4), { id: 'c-9-0', payload: '' }],
      '1 of 3 acknowledged writes are missing (c-0-0); 1 are there that were begun only afterwards (c-0-4); ' +
        '1 are there that nobody wrote (c-9-0)',
    ],
  ])('tells %j', async (found, sentence) => {
    expect(await look(found)).toBe(`broken: ${sentence}`);
  });

  it('wants no write that was refused or whose outcome nobody knows, and bears only the latter', async () => {
    const outcomes: readonly Outcome[] = ['ok', 'info', 'fail', 'ok', 'ok', 'ok'];
    expect(await look(rows(0), { outcomes })).toMatch(/^held: all 1 /);
    expect(await look(rows(0, 1), { outcomes })).toMatch(/^held: all 1 /);
    expect(await look(rows(0, 2), { outcomes })).toBe(
      'broken: 1 are there that the platform had refused (c-0-2)',
    );
  });

  it('tells what the platform has lost itself apart, unless the backup is from before that', async () => {
    const lost = { live: [0, 2, 3, 4, 5], fault: { low: 1018, high: 1020 } };
    expect(await look(rows(0, 2), lost)).toBe(
      'held: all 2 writes that were acknowledged by then, and no others; ' +
        '1 more (c-0-1) the platform itself has lost in failover',
    );
    const before = { ...lost, upTo: { low: 1016, high: 1017 } };
    expect(await look(rows(0), before)).toBe('broken: 1 of 2 acknowledged writes are missing (c-0-1)');
    expect(await look(rows(0, 2), { live: [0, 2] }), 'without a fault nothing excuses it').toMatch(/^broken/);
  });

  it('names ten of a kind, and counts the others', async () => {
    const many = Array.from({ length: 30 }, (): Outcome => 'ok');
    const sentence = await look([], { outcomes: many, upTo: { low: 2000, high: 2000 } });
    expect(sentence).toMatch(/^broken: 30 of 30 .*c-0-9 and 20 more\)$/);
  });

  it('holds thousands of one worker', async () => {
    const many = Array.from({ length: 5000 }, (): Outcome => 'ok');
    const found = rows(...many.keys());
    const upTo = { low: 1e6, high: 1e6 };
    expect(await look(found, { outcomes: many, upTo })).toMatch(/^held: all 5000 /);
    expect(await look(found.toSpliced(1500, 1), { outcomes: many, upTo })).toMatch(
      /1 of 5000 .*\(c-0-1500\)$/,
    );
  });

  it('says nothing where nothing was acknowledged in time', async () => {
    expect(await look([], { upTo: { low: 1000, high: 1000 } })).toMatch(/^not-run/);
  });
});

describe('a ledger that cannot be relied on', () => {
  it.each([
    ['lacks a line', (lines: readonly string[]) => lines.filter((_, at) => at !== 1)],
    ['was never read back', (lines: readonly string[]) => lines.slice(0, -1)],
    ['lacks an outcome', (lines: readonly string[]) => lines.filter((_, at) => at !== 2)],
    ['is empty', () => []],
  ])('is not: one that %s', async (_, change) => {
    const lines = change(await ledgerOf(acknowledged, all));
    await expect(readAttempted(sourceOf(lines))).rejects.toThrow(/\bit /);
  });
});

it('takes a moment of another clock to be as wide as the clocks may be apart', () => {
  const anchor = { monotonicMs: 0, wallMs: 1000 };
  expect(onLedgersClock({ low: 1500, high: 1600 }, { low: 20, high: 30 }, anchor)).toEqual({
    low: 470,
    high: 600,
  });
  expect(onLedgersClock({ low: 1500, high: 1600 }, { low: -30, high: -20 }, anchor)).toEqual({
    low: 500,
    high: 630,
  });
});

it('knows where a ledger is in what was restored, or why not', () => {
  const http = { write: {}, read: {} } as unknown as Parameters<typeof ledgerPlace>[0];
  expect(ledgerPlace(http, {})).toMatchObject({
    known: false,
    why: expect.stringContaining('`restore.ledger`'),
  });
  expect(ledgerPlace(http, { ledger: { sql: 's $1' } })).toEqual({ known: true, sql: 's $1' });
  expect(ledgerPlace({ kind: 'postgres', url: '', table: 'a.b' }, {})).toMatchObject({
    known: true,
    sql: expect.stringContaining('FROM "a"."b" WHERE collection = $1'),
  });
  expect(ledgerPlace({ kind: 'redis', url: '' }, {}).known).toBe(false);
  expect(ledgerPlace(http, { ledger: { elsewhere: 'another store' } })).toMatchObject({ known: false });
  expect(ledgerPlace(null, {}).known).toBe(false);
});
