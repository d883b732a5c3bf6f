import { systemClock } from '@ordeal/shared/time/system-clock';
import { expect, it } from 'vitest';
import { whyFirstMayNot } from '../../src/run/may-begin.ts';
import type { Session } from '../../src/run/session.ts';

const drill = {
  phase: 'drill',
  name: 'move',
  drill: { kind: 'observe', lose: 'a-lost', from: 'a' },
  store: 'main',
  route: 'global',
};
const primary = { name: 'a', reachable: true, role: 'primary', detail: {} };

function ask(phases: readonly object[], status: () => Promise<object>, backup?: { readonly at: number }) {
  const notes: string[] = [];
  const session = {
    scenario: { phases },
    context: {
      clock: systemClock,
      dir: '.',
      signal: new AbortController().signal,
      journal: { append: (event: { message?: string }) => notes.push(event.message ?? '') },
    },
    loaded: {
      platform: {
        regions: ['a'],
        tenants: [],
        faults: {},
        probes: [{}],
        ledger: {},
        routes: { global: {} },
        guardrails: { maxRunSeconds: 600 },
        ...(backup === undefined ? {} : { backups: { dump: {} } }),
      },
      drivers: {
        store: () => ({ driver: { kind: 'fake', status }, nodes: [{ name: 'a', region: 'a' }] }),
        route: () => ({
          status: async () => ({ regions: { a: 'active' } }),
          health: async () => ({ a: { up: 1, total: 1 } }),
        }),
        fault: () => ({}),
        backup: () => ({
          driver: {
            latest: async () => ({ id: 'copy', instant: { low: backup?.at, high: backup?.at } }),
            verify: async () => [{ name: 'files intact', outcome: 'held', detail: '1 file' }],
          },
        }),
      },
    },
    programs: {},
  } as unknown as Session;
  return whyFirstMayNot(session).then((reasons) => ({ reasons, notes }));
}
const sound = async () => ({ settings: {}, nodes: [primary] });

it('says what speaks against the drill that comes first, if anything does', async () => {
  expect(await ask([{ phase: 'load' }, drill], sound)).toEqual({ reasons: [], notes: [] });
});

it('wants a fresh backup of a platform that has one before a primary is lost, unless the scenario says why not', async () => {
  const old = { at: Date.now() - 48 * 3_600_000 };
  expect((await ask([drill], sound, { at: Date.now() - 3_600_000 })).reasons).toEqual([]);
  expect((await ask([drill], sound, old)).reasons).toEqual([
    expect.stringMatching(
      /^move: the newest backup in dump \(copy\) is 17280\d s old, at most 93600 s are allowed/,
    ),
  ]);
  const waived = { ...drill, freshBackup: { without: 'it is a copy' } };
  expect((await ask([waived], sound, old)).reasons).toEqual([]);
});

it('says nothing where nothing was asked, or nobody answered: that is not to say that it may begin', async () => {
  expect((await ask([{ phase: 'smoke' }, drill], sound)).reasons).toBeUndefined();
  const silent = await ask([drill], () => Promise.reject(new Error('connection refused')));
  expect(silent.reasons).toBeUndefined();
  expect(silent.notes).toEqual(['whether move may begin cannot be told yet: connection refused']);
});
