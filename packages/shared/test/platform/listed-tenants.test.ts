import { describe, expect, it } from 'vitest';
import { listedTenants } from '../../src/platform/listed-tenants.ts';
import type { TenantDirectory } from '../../src/platform/tenant-directory.ts';

const directory: TenantDirectory = {
  url: '/tenants',
  list: 'data.tenants',
  id: 'id',
  allowedRegions: 'residency.regions',
};
const platform = { regions: ['a', 'b'], tenants: [{ id: 'acme', allowedRegions: ['a', 'b'] }] };
const tenant = (id: unknown, regions: unknown) => ({ id, residency: { regions } });
const acme = tenant('acme', ['a', 'b']);
const answer = (...tenants: readonly unknown[]) => ({ data: { tenants } });
const read = (given: unknown, at: TenantDirectory = directory) => listedTenants(given, at, platform);

describe('a directory of tenants', () => {
  it('tells of each where it may be, also in regions that this platform has not', () => {
    expect(read(answer(acme, tenant('eu', ['a', 'c'])))).toEqual({
      told: true,
      tenants: [
        { id: 'acme', allowedRegions: ['a', 'b'] },
        { id: 'eu', allowedRegions: ['a', 'c'] },
      ],
    });
  });

  it('may be the answer itself', () => {
    const { list: _, ...plain } = directory;
    expect(read([acme], plain)).toMatchObject({ told: true });
    expect(read(answer(acme), plain)).toEqual({
      told: false,
      why: 'a list was expected at its answer, and there is an object of data: correct `list`',
    });
  });

  it.each([
    [
      'is not where it should be',
      { tenants: [acme] },
      /list was expected at "data\.tenants", and there is nothing/,
    ],
    ['is no JSON', undefined, /there is nothing: correct `list`/],
    [
      'has a tenant without a name',
      answer(acme, tenant(7, ['a'])),
      /tenant 2 .* text at "id", and has a number/,
    ],
    [
      'has one that may be nowhere',
      answer(acme, tenant('eu', [])),
      /tenant eu .* "residency\.regions", and has an empty list/,
    ],
    [
      'says nothing of one',
      answer(acme, { id: 'eu' }),
      /tenant eu was expected to have names of regions .* has nothing/,
    ],
    ['has one region as a text', answer(acme, tenant('eu', 'a')), /tenant eu .* has a string/],
    [
      'calls regions otherwise',
      answer(acme, tenant('eu', ['eu-west'])),
      /eu may be in eu-west, which is none of .* \(a, b\)/,
    ],
    ['lists nobody', answer(), /lists 0 tenants, and not acme, for whom this run acts/],
    ['lists a part', answer(tenant('eu', ['a'])), /lists 1 tenants, and not acme/],
  ])('is not relied on where it %s', (_, given, why) => {
    expect(read(given)).toEqual({ told: false, why: expect.stringMatching(why) });
  });
});
