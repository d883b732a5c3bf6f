import type { FaultDriver, FaultStatus, Loses, Loss } from '@ordeal/shared/drivers/fault';
import type { DrillPhase } from '@ordeal/shared/scenario/scenario';
import { createVirtualClock } from '@ordeal/shared/testing/virtual-clock';
import type { DrillDeps, DrillOutcome } from '../../src/drills/drill.ts';
import type { SelfRecovery } from '../../src/drivers/self-recovery.ts';
import type { Observers, ProbeStream } from '../../src/observers/observers.ts';
import { drillOn, type Drilling } from './drilling.ts';
import { failover } from './failover-phase.ts';
import { trace, type Trace } from './platform.ts';

/** A platform that recovers by itself, in made-up time: who the primary is, and whether clients are well. */
export interface Moment {
  readonly primary: 'a' | 'b' | 'none' | 'both';
  readonly well: boolean;
}

export interface Story {
  /** As it is before the fault. Default: a is the primary, and clients are well. */
  readonly before?: Moment;
  /** As it is so many milliseconds after the fault. */
  readonly afterFault: (ms: number) => Moment;
  /** As it is so many milliseconds after the healing; default: as it was. */
  readonly afterHeal?: (ms: number) => Moment;
  readonly loss?: Loss;
  /** Default: it chooses its primary by itself. */
  readonly store?: 'without observe';
  readonly phase?: Partial<DrillPhase>;
  /** Of the platform; default: the lab. */
  readonly environment?: DrillDeps['environment'];
  /** The fault is over by itself after so many milliseconds. */
  readonly endsAfter?: number;
  /** What is told of whether it is in; default: that it is, until it is healed or over. */
  readonly faultStatus?: FaultStatus;
  /** It is over once it has hit. */
  readonly once?: true;
  /** Somebody else settles its undo entry so many milliseconds after the fault. */
  readonly settledAfter?: number;
  /** From the fault on, for so many milliseconds, none of the ledger's writes is acknowledged, whatever the stream sees. */
  readonly writesAwayFor?: number;
  /** The lost node does not answer again. */
  readonly gone?: 'for good';
}

export interface Told {
  readonly outcome: DrillOutcome;
  readonly run: Trace;
}

const everyMs = 100;

/** A drill that only observes, from its beginning to its end. */
export async function observeDrill(story: Story): Promise<Told> {
  const clock = createVirtualClock({ now: 1000, wall: Date.parse('2026-03-01T02:00:00Z') });
  const run = trace();
  let fault: number | undefined;
  let heal: number | undefined;
  const at = (instant: number): Moment => {
    if (heal !== undefined && instant >= heal && story.afterHeal !== undefined)
      return story.afterHeal(instant - heal);
    return fault === undefined || instant < fault
      ? (story.before ?? { primary: 'a', well: true })
      : story.afterFault(instant - fault);
  };
  const writtenAt = (now: number): { last: number; resumed?: number } => {
    const back = (fault ?? Infinity) + (story.writesAwayFor ?? 0);
    if (fault === undefined || story.writesAwayFor === undefined) return { last: now };
    return now < back ? { last: fault } : { last: now, resumed: back };
  };
  const isPrimary = (node: string): boolean => ['both', node].includes(at(clock.now()).primary);
  const role = (name: string) => {
    const lost = fault !== undefined && (heal === undefined || story.gone !== undefined);
    const gone = name === 'a' && lost && !isPrimary('a');
    return gone
      ? { name, reachable: false as const, reason: 'connection refused' }
      : {
          name,
          reachable: true as const,
          role: isPrimary(name) ? ('primary' as const) : ('standby' as const),
          timeline: 1,
          position: 1,
          lagSeconds: 0,
          detail: {},
        };
  };
  const watched: SelfRecovery = {
    bounds: async () => ({
      settings: { ttl: '10 s' },
      takeover: {
        killed: { low: 4, high: 17 },
        stopped: { low: 0, high: 3 },
        frozen: { low: 4, high: 18 },
        partitioned: { low: 4, high: 19 },
        'switched over': { low: 0, high: 3 },
      },
      reason: 'a lock lasts ttl 10 s',
    }),
    observe: async (lost, { signal }) => {
      let low = clock.now();
      for (;;) {
        const next = ['a', 'b'].find((node) => node !== lost && isPrimary(node));
        if (next !== undefined) return { node: next, at: { low, high: clock.now() }, timeline: 2 };
        low = clock.now();
        await clock.sleep(100, signal);
      }
    },
  };
  const store = {
    kind: 'made-up',
    status: async () => ({ settings: {}, nodes: ['a', 'b'].map(role) }),
    ...(story.store === undefined ? watched : {}),
  } as unknown as DrillDeps['store'];
  const driver = {
    kind: 'made-up',
    describe: () => 'a is lost',
    loss: () => story.loss,
    inject: async () => {
      fault = clock.now();
      if (story.settledAfter !== undefined)
        void clock.sleep(story.settledAfter).then(() => run.undo.settle('u1', 'guardian'));
      return [{ target: 'a', sent: fault, confirmed: fault + 1, detail: 'gone' }];
    },
    status: async (): Promise<FaultStatus> => {
      if (story.faultStatus !== undefined) return story.faultStatus;
      const isOver = heal !== undefined || clock.now() >= (fault ?? Infinity) + (story.endsAfter ?? Infinity);
      return fault === undefined || isOver ? { state: 'absent' } : { state: 'present', detail: 'a is gone' };
    },
    endsByItself: () => story.once === true,
    heal: async () => void (heal = clock.now()),
  } as unknown as FaultDriver & Loses<unknown>;
  const up = { up: 1, total: 1 };
  const route = {
    kind: 'made-up',
    status: async () => ({ regions: { a: 'active', b: 'active' }, detail: {} }),
    health: async () => ({ a: up, b: up }),
  } as unknown as Drilling['platform']['route'];
  const outcome = await drillOn(
    {
      ...failover,
      drill: { kind: 'observe', lose: 'a-lost', from: 'a' },
      probeEvery: everyMs / 1000,
      probeTimeout: 1,
      stableFor: 5,
      stableAttempts: 40,
      deadline: 60,
      ...story.phase,
    },
    {
      platform: { store, route, fault: driver },
      run,
      clock,
      ...(story.environment === undefined ? {} : { change: { environment: story.environment } }),
      observe: () =>
        observersOf(
          () => clock.now(),
          (instant) => at(instant).well,
          () => writtenAt(clock.now()),
        ),
    },
  );
  return { outcome, run };
}

/** Each attempt is answered at once; whether it was well is settled when it was sent. */
function observersOf(
  now: () => number,
  isWell: (instant: number) => boolean,
  written: () => { readonly last: number; readonly resumed?: number },
): Observers {
  const begun = now();
  const attempts: ProbeStream['attempts'][number][] = [];
  const look = (): void => {
    for (
      let sent = begun + attempts.length * everyMs;
      sent <= now();
      sent = begun + attempts.length * everyMs
    ) {
      const ok = isWell(sent);
      attempts.push({ due: sent, sent, completed: sent + 1, ok, status: ok ? 200 : 503 });
    }
  };
  const all = { lost: 0, acknowledged: 100, seconds: 0 };
  return {
    streams: () => {
      look();
      const stream = { name: 'write', everyMs, timeoutMs: 1000, missedTicks: 0, settledUntil: now() };
      return [{ ...stream, attempts: [...attempts] }];
    },
    ledger: () => ({ first: begun, acknowledged: 100, ...written() }),
    healthy: () => ({ ok: true }),
    stopWriting: async () => undefined,
    readBack: async () => all,
    stopProbes: async () => undefined,
    dispose: async () => undefined,
  } as unknown as Observers;
}
