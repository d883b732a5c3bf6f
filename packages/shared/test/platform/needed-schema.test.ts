import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromZod } from '../../src/platform/from-zod.ts';
import { needed, variantsBy } from '../../src/platform/needed-schema.ts';

const part = z.strictObject({ limit: z.number().positive(), name: z.string().min(1).optional() });

describe('a schema that is made when it is needed', () => {
  it('is not made for what is left out', () => {
    let made = 0;
    const make = needed(() => {
      made += 1;
      return part;
    });
    const schema = z.strictObject({
      perhaps: make.optional(),
      none: make.nullable(),
      several: z.record(z.string(), make),
      listed: z.array(make),
    });
    expect(fromZod(schema, { none: null, several: {}, listed: [] }, '').ok).toBe(true);
    expect(made).toBe(0);
    const given = { perhaps: { limit: 1 }, none: { limit: 2 }, several: { a: { limit: 3 } }, listed: [] };
    expect(fromZod(schema, given, '')).toEqual({ ok: true, value: given });
    expect(made).toBe(1);
  });

  it.each([
    ['a wrong value', { at: { limit: 0 } }],
    ['a field too many', { at: { limit: 1, limits: 2 } }],
    ['a missing field', { at: {} }],
    ['something else', { at: 'text' }],
    ['nothing', {}],
  ])('tells of %s as if it stood there', (_, raw) => {
    const told = fromZod(z.strictObject({ at: needed(() => part) }), raw, 'file: ');
    expect(told).toEqual(fromZod(z.strictObject({ at: part }), raw, 'file: '));
    expect(told.ok).toBe(false);
  });
});

describe('variants that are told apart by a field', () => {
  const made: string[] = [];
  const variant = (kind: string) => () => {
    made.push(kind);
    return z.strictObject({ kind: z.literal(kind), limit: z.number().positive() });
  };
  const schema = z.array(
    variantsBy('kind', { one: variant('one'), other: variant('other') }, () =>
      z.discriminatedUnion('kind', [variant('one')(), variant('other')()]),
    ),
  );

  it('are made when they are meant', () => {
    expect(fromZod(schema, [{ kind: 'one', limit: 1 }], '').ok).toBe(true);
    expect(fromZod(schema, [{ kind: 'one', limit: 2 }], '').ok).toBe(true);
    expect(made).toEqual(['one']);
  });

  it.each([
    [{ kind: 'one', limit: 0 }, '[0].limit', 'more than 0'],
    [{ kind: 'two', limit: 1 }, '[0].kind', 'one of "one", "other"'],
    [{ kind: ['one'], limit: 1 }, '[0].kind', 'one of "one", "other"'],
    [{ kind: { __proto__: null }, limit: 1 }, '[0].kind', 'one of "one", "other"'],
    [{ limit: 1 }, '[0].kind', 'one of "one", "other"'],
    ['text', '[0]', 'an object'],
    [null, '[0]', 'an object'],
  ])('tell what is wrong with %j', (raw, path, expected) => {
    const told = fromZod(schema, [raw], '');
    expect(told.ok ? [] : told.diagnostics).toMatchObject([{ path, expected }]);
  });
});
