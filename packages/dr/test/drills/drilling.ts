import type { StoreStatus } from '@ordeal/shared/drivers/store';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { anchorOf, type Clock } from '@ordeal/shared/time/clock';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { DrillDeps, DrillOutcome } from '../../src/drills/drill.ts';
import { runDrill } from '../../src/drills/run-drill.ts';
import type { Observers } from '../../src/observers/observers.ts';
import type { TestPlatform, Trace } from './platform.ts';

export interface Drilling {
  readonly platform: Pick<TestPlatform, 'fault' | 'route'> & Pick<DrillDeps, 'store'>;
  readonly run: Trace;
  readonly observe: () => Observers;
  readonly change?: Partial<DrillDeps>;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** Runs a drill on the test platform, to its end or as far as it comes. */
export async function drillOn(
  phase: DrillPhase,
  { platform, run, observe, change = {}, signal, clock = systemClock }: Drilling,
): Promise<DrillOutcome> {
  const outcome = await runDrill(
    phase,
    {
      fault: { name: 'region-a-lost', driver: platform.fault, config: {} },
      store: platform.store,
      route: platform.route,
      nodes: ['a', 'b'],
      nodeOf: (region) => region,
      regions: ['a', 'b'],
      environment: 'lab',
      startObservers: async () => observe(),
      secondWitness: async () => ({ agrees: true, detail: 'it agrees' }),
      mostRunSeconds: 600,
      anchor: anchorOf(systemClock),
      ...change,
    },
    {
      runId: 'test',
      dir: '/nowhere',
      seed: 1,
      clock,
      journal: run.journal,
      undo: run.undo,
      signal: signal ?? new AbortController().signal,
    },
  );
  await outcome.dispose();
  return outcome;
}

/** What each node is, in a word. */
export function rolesIn({ nodes }: StoreStatus): Readonly<Record<string, string>> {
  return Object.fromEntries(nodes.map((node) => [node.name, node.reachable ? node.role : 'gone']));
}

/** A replica of region a is killed, and started again: a platform bears that by itself. */
export function replicaLost({ fault, edge }: TestPlatform): NonNullable<DrillDeps['fault']> {
  let isGone = false;
  return {
    name: 'replica-lost',
    revives: 'nothing',
    config: {},
    driver: {
      ...fault,
      inject: async (_config, { clock }) => {
        const sent = clock.now();
        await edge.replicas['a1']?.kill();
        isGone = true;
        return [{ target: 'a1', sent, confirmed: clock.now(), detail: 'gone' }];
      },
      status: async () => (isGone ? { state: 'present', detail: 'a1 is gone' } : { state: 'absent' }),
      heal: async () => {
        await edge.replicas['a1']?.start();
        isGone = false;
      },
    },
  };
}
