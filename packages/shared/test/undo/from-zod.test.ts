import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromZod } from '../../src/platform/from-zod.ts';

const schema = z.strictObject({
  api: z.url({ error: 'Give http://host:port.' }),
  names: z.array(z.string().min(1)).min(1),
  kind: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('slow'), ms: z.number().int().min(0) }),
    z.strictObject({ type: z.literal('down') }),
  ]),
  limit: z.number(),
  text: z.union([z.string(), z.number()]),
  even: z
    .number()
    .refine((value) => value % 2 === 0, { error: 'an even number', params: { hint: 'Add one.' } }),
});
const good = { api: 'http://a', names: ['x'], kind: { type: 'down' }, limit: 1, text: 'x', even: 2 };

describe('mistakes in a value', () => {
  it('are none in a good one', () => {
    expect(fromZod(schema, good, 'here')).toEqual({ ok: true, value: good });
  });

  it('are told all at once, each with its place, what was expected, what was found, and a hint', () => {
    const raw = {
      api: 'a',
      names: [],
      kind: { type: 'slow', ms: -1 },
      limit: Number.NaN,
      even: 3,
      'mo re': 1,
    };
    expect(diagnostics(raw)).toEqual([
      { path: 'p: x.api', expected: 'a valid url', found: '"a"', hint: 'Give http://host:port.' },
      { path: 'p: x.names', expected: 'a list that is not empty', found: '[]', hint: 'Correct the value.' },
      { path: 'p: x.kind.ms', expected: 'at least 0', found: '-1', hint: 'Correct the value.' },
      { path: 'p: x.limit', expected: 'a number', found: 'NaN', hint: expect.stringContaining('NaN') },
      { path: 'p: x.text', expected: 'text, or a number', found: 'nothing', hint: 'Add the field.' },
      { path: 'p: x.even', expected: 'an even number', found: '3', hint: 'Add one.' },
      {
        path: 'p: x["mo re"]',
        expected: 'no such field',
        found: '1',
        hint: expect.stringContaining('spelling'),
      },
    ]);
  });

  it('name the variants when none of them was meant', () => {
    expect(diagnostics({ ...good, kind: { type: 'up' } })).toEqual([
      {
        path: 'p: x.kind.type',
        expected: 'one of "slow", "down"',
        found: '"up"',
        hint: 'Correct the value.',
      },
    ]);
  });

  it('never show what an address holds beside the place', () => {
    for (const [address, shown] of [
      ['postgres://user:secret@host/db', 'postgres://…@host/db'],
      ['https://secret@host', 'https://…@host'],
      ['http://user:secret/@host x', 'http://…@host x'],
      ['http://host/path?token=secret&secret', 'http://host/path?…'],
    ]) {
      expect(diagnostics({ ...good, names: address })[0]?.found).toBe(JSON.stringify(shown));
    }
  });

  it('show only the kind of what may be a secret', () => {
    const hidden = { bearer: 'secret', deeper: { headers: { 'x-own': 'secret' } } };
    for (const [value, shown] of [
      ['secret', 'text'],
      ['', 'an empty text'],
      [7, 'a number'],
      [['secret'], 'a list'],
      [null, 'null'],
      [{ token: 'secret', other: 1 }, 'an object with token, other'],
    ]) {
      expect(diagnostics({ ...good, auth: value })[0]).toMatchObject({ path: 'p: x.auth', found: shown });
    }
    expect(diagnostics({ ...good, names: hidden })[0]?.found).toBe('{"bearer":"…","deeper":{"headers":"…"}}');
    expect(diagnostics({ ...good, names: 1 }, '/secret/token/p.ts: x')[0]?.found).toBe('1');
  });
});

function diagnostics(raw: unknown, path = 'p: x') {
  const result = fromZod(schema, raw, path);
  return result.ok ? [] : result.diagnostics;
}
