import { expect, it } from 'vitest';
import { USUALLY_FRESH_SECONDS, wantedBackup } from '../../src/scenario/fresh-backup.ts';
import type { DrillKind } from '../../src/scenario/scenario.ts';

const kinds: readonly DrillKind[] = [
  { kind: 'failover', lose: 'gone', from: 'a', to: 'b' },
  { kind: 'failback', restore: 'gone', from: 'b', to: 'a' },
  { kind: 'observe', lose: 'gone', from: 'a' },
  { kind: 'switchover', from: 'a', to: 'b' },
  { kind: 'evacuate', from: 'a', to: 'b' },
  { kind: 'return', from: 'b', to: 'a' },
];
const any = { how: 'any', of: ['dump', 'base'], within: USUALLY_FRESH_SECONDS };

it('is wanted before whatever can destroy data, of a platform that has one', () => {
  const wanted = (revives: 'old-primary' | 'nothing') =>
    kinds.map((drill) => wantedBackup({ drill }, ['dump', 'base'], revives));
  const none = { how: 'none', why: expect.stringContaining('gives nothing up') };
  expect(wanted('old-primary')).toEqual([any, any, any, none, none, none]);
  expect(wanted('nothing')).toEqual([any, any, none, none, none, none]);
});

it.each(kinds)('is none of a platform without any, before a drill of kind $kind', (drill) => {
  expect(wantedBackup({ drill }, [], 'old-primary').how).toBe('none');
});

it.each(kinds)('is what the scenario says, before a drill of kind $kind', (drill) => {
  expect(wantedBackup({ drill, freshBackup: { backup: 'base', within: 60 } }, [], 'nothing')).toEqual({
    how: 'any',
    of: ['base'],
    within: 60,
  });
  expect(wantedBackup({ drill, freshBackup: { without: 'a copy of it' } }, ['dump'], 'old-primary')).toEqual({
    how: 'none',
    why: 'the scenario wants none: a copy of it',
  });
});
