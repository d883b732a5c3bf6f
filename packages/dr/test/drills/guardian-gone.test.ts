import type { StoreNode } from '@ordeal/shared/drivers/store';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import { anchorOf } from '@ordeal/shared/time/clock';
import { GuardianGone, guardedLedger } from '@ordeal/shared/undo/guarded-ledger';
import type { UndoLedger } from '@ordeal/shared/undo/ledger';
import { expect, it } from 'vitest';
import type { DrillDeps } from '../../src/drills/drill.ts';
import { runDrill } from '../../src/drills/run-drill.ts';
import type { Observers } from '../../src/observers/observers.ts';
import { failover } from './failover-phase.ts';
import { trace } from './platform.ts';

it.each([
  // It has died while the drill was looking on.
  { step: 'lose', start: async (observers: Partial<Observers>) => observers },
  // Before it: what the observers write is undone as well.
  { step: 'observe', start: () => Promise.reject(new GuardianGone()) },
])(
  'is refused, and neither failed nor taken for blind, when nobody would heal: $step',
  async ({ step, start }) => {
    const clock = createVirtualClock({ now: 1_000_000, wall: Date.parse('2026-03-01T02:00:00Z') });
    const { journal, undo, order } = trace();
    const began = clock.now();
    const node = (name: string, role: 'primary' | 'standby'): StoreNode => ({
      name,
      reachable: true,
      role,
      timeline: 1,
      position: 1,
      lagSeconds: 0,
      detail: {},
    });
    const observers: Partial<Observers> = {
      streams: () => [],
      ledger: () => ({ first: began, last: clock.now(), acknowledged: 40 }),
      healthy: () => ({ ok: true }),
      stopWriting: async () => undefined,
      stopProbes: async () => undefined,
      dispose: async () => undefined,
    };
    const up = { up: 1, total: 1 };
    const outcome = await runDrill(
      failover,
      {
        fault: {
          name: 'region-a-lost',
          config: {},
          driver: {
            kind: 'thing',
            describe: () => 'the region is gone',
            inject: async () => {
              order.push('inject');
              return [];
            },
          },
        },
        store: {
          kind: 'thing',
          status: async () => ({ settings: {}, nodes: [node('a', 'primary'), node('b', 'standby')] }),
        },
        route: {
          status: async () => ({ regions: { a: 'active', b: 'active' } }),
          health: async () => ({ a: up, b: up }),
        },
        nodes: ['a', 'b'],
        nodeOf: (region: string) => region,
        regions: ['a', 'b'],
        startObservers: () => start(observers),
        secondWitness: async () => ({ agrees: true, detail: '' }),
        anchor: anchorOf(clock),
        mostRunSeconds: 600,
      } as unknown as DrillDeps,
      {
        runId: 'test',
        dir: '/nowhere',
        seed: 1,
        clock,
        journal,
        undo: guardedLedger<UndoLedger>(undo, () => ({ alive: () => false })),
        signal: new AbortController().signal,
      },
    );
    expect(outcome.refused).toEqual([expect.stringContaining('The guardian has ended')]);
    expect(outcome.record.failed).toBeUndefined();
    expect(outcome.observersBroke).toBeUndefined();
    expect(outcome.record.steps.find(({ name }) => name === step)).toMatchObject({ outcome: 'failed' });
    expect(outcome.fault).toBeNull();
    // A failback has brought a region back by then: that nothing was touched is not said of any drill.
    expect(outcome.record.secondWitness.detail).toMatch(/before its fault or its planned start/);
    expect(order).toEqual([]);
  },
);
