import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import type { StoreNode } from '@ordeal/shared/drivers/store';
import { describe, expect, it } from 'vitest';
import { recoveryAdvice } from '../../src/drills/advice.ts';
import { describeDrill } from '../../src/drills/describe.ts';

const phase: DrillPhase = {
  phase: 'drill',
  name: 'region-lost',
  title: 'Region a is lost',
  drill: { kind: 'failover', lose: 'region-a-lost', from: 'a', to: 'b' },
  store: 'main',
  route: 'global',
  probeEvery: 0.1,
  probeTimeout: 1,
  ledgerRate: 50,
  ledgerLead: 10,
  stableFor: 30,
  stableAttempts: 300,
  deadline: 90,
  targets: { rto: 120, rpo: 900, detection: 30, failover: 60 },
  objectives: [],
};

it('plans a failover, step by step', () => {
  const plan = describeDrill(phase);
  expect(plan).toContain(
    '6. lose: inject the fault region-a-lost: region a is gone (target 15 s, given up after 120 s). If it ' +
      'ends from here on: the fault is healed: region a comes back as it was',
  );
  expect(plan).toContain(
    '7. detect: wait until the route finds all servers of region a down (target 30 s, given up after 150 s)',
  );
  expect(
    plan.find((line) => line.startsWith('9. fence')),
    'the point of no return',
  ).toContain('If it ends from here on: nothing is put back');
  expect(plan.at(-1)).toBe(
    'Targets: recovery time 120 s, recovery point 900 s. It takes at most 131 s once it has begun, ' +
      "longer only where two of the store's leases are longer than 30 s.",
  );
});

it('plans a failback', () => {
  const drill = { kind: 'failback', restore: 'region-a-lost', from: 'b', to: 'a' } as const;
  const plan = describeDrill({ ...phase, drill }).join('\n');
  expect(plan).toContain('make the node in region a a standby of the one in region b');
  expect(plan).toContain(
    'lead traffic to all regions again, but for those that only stand by (target 60 s, given up after 120 s)',
  );
});

it('names a second writer first of all', () => {
  const mark = {
    drill: 'region-lost',
    store: 'main',
    requestedAt: '2026-01-01T00:00:00.000Z',
    writer: 'b',
    fenced: ['a'],
    nextStep: 'Run the failback.',
  };
  const node = { reachable: true, role: 'primary', timeline: 2, position: 1, detail: {} } as const;
  const status = {
    settings: {},
    nodes: [
      { ...node, name: 'a' },
      { ...node, name: 'b' },
    ],
  };
  expect(recoveryAdvice(mark, status)).toEqual([
    'DANGER: node a of store main accepts writes and must not. Stop it at once.',
    'The only writer of store main is node b, and it does. (Drill region-lost, since 2026-01-01T00:00:00.000Z.)',
    'Node a is primary.',
    'Next: Run the failback.',
  ]);
  expect(recoveryAdvice(mark, { settings: {}, nodes: [] })[0]).toContain('the store has no such node');
});

describe('while one node hands over to another', () => {
  const mark = {
    drill: 'move',
    store: 'main',
    requestedAt: '2026-01-01T00:00:00.000Z',
    writer: 'a',
    heir: 'b',
    fenced: [],
    nextStep: 'Look.',
  };
  const up = (name: string, role: 'primary' | 'standby') =>
    ({ name, reachable: true, role, timeline: 2, position: 1, lagSeconds: 0, detail: {} }) as const;
  const gone = (name: string) => ({ name, reachable: false, reason: 'refused' }) as const;
  const advice = (...nodes: StoreNode[]): readonly string[] => recoveryAdvice(mark, { settings: {}, nodes });
  const since = '(Drill move, since 2026-01-01T00:00:00.000Z.)';

  it('takes whichever of them accepts writes for the writer, without any danger', () => {
    expect(advice(up('a', 'primary'), up('b', 'standby'))).toEqual([
      `The only writer of store main is node a, and it does. ${since}`,
      'Node b is standby.',
      'Next: Look.',
    ]);
    expect(advice(up('a', 'standby'), up('b', 'primary'))).toEqual([
      `The only writer of store main is node b, which has taken over. ${since}`,
      'Node a is standby.',
      'Next: Look.',
    ]);
  });

  it('names the danger of both, and of a third one', () => {
    expect(advice(up('a', 'primary'), up('b', 'primary'), up('c', 'primary')).slice(0, 2)).toEqual([
      expect.stringContaining('DANGER: nodes a and b of store main both accept writes, and only one may.'),
      'DANGER: node c of store main accepts writes and must not. Stop it at once.',
    ]);
    expect(advice(up('a', 'standby'), up('b', 'primary'), up('c', 'primary'))[0]).toBe(
      'DANGER: node c of store main accepts writes and must not. Stop it at once.',
    );
  });

  it('calls nobody the writer who is not seen to be, and nobody harmless who is silent', () => {
    expect(advice(gone('a'), gone('b'))).toEqual([
      `The only writer of store main is node a, or b when that has taken over already: neither is seen to accept writes. ${since}`,
      'Node a does not answer (refused). It may accept writes all the same: look at it before anything else is done.',
      'Node b does not answer (refused). It may accept writes all the same: look at it before anything else is done.',
      'Next: Look.',
    ]);
    expect(advice(up('a', 'primary'), gone('b'))[1]).toContain('It may accept writes all the same');
  });

  it.each([
    ['the heir', [up('a', 'primary'), gone('b')], 'node a is seen to accept writes, and b does not answer'],
    [
      'the old one',
      [gone('a'), up('b', 'primary')],
      'node b is seen to accept writes, and a does not answer',
    ],
  ])('calls neither the only writer for good while %s is silent', (_, nodes, seen) => {
    expect(advice(...nodes)[0]).toBe(
      `The only writer of store main is node a, or b when that has taken over already: ${seen}. ${since}`,
    );
  });
});
