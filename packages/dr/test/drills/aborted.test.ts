import { env } from 'node:process';
import type { DrillKind, DrillPhase } from '@ordeal/shared/scenario/scenario';
import { chanceFrom } from '@ordeal/shared/testing/chance';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { recoveryAdvice } from '../../src/drills/advice.ts';
import type { DrillOutcome } from '../../src/drills/drill.ts';
import { runbooks } from '../../src/drills/runbooks.ts';
import { REJOIN_DRIVER } from '../../src/drivers/postgres/rejoin-driver.ts';
import { testContext } from '../drivers/two-servers.ts';
import { testObservers } from './client.ts';
import { drillOn, replicaLost, rolesIn } from './drilling.ts';
import { failover } from './failover-phase.ts';
import { testPlatform, trace, type TestPlatform, type Trace } from './platform.ts';

/*
 * Each kind of drill is aborted in each of its steps, as a step begins and in the middle of it, on real servers. There
 * is one writer at most, the way back is gone, and what state is left is said. `npm run prove -- aborts` goes through
 * all steps; here only those where most is at stake. In the middle is by chance: `ORDEAL_TEST_SEED` brings it again.
 */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const everyStep = env['ORDEAL_PROVE_ABORTS'] !== undefined;
const rounds = Number(env['ORDEAL_PROVE_ABORTS'] ?? 1);
const MIDDLE_MS = 200;
const chance = chanceFrom(env['ORDEAL_TEST_SEED']);
console.info(`aborted drills: ORDEAL_TEST_SEED=${chance.seed}`);

/** What a platform looks like as a drill of a kind begins. */
type Beginning = 'home' | 'lost' | 'evacuated';

/** What is left of a drill that was aborted: all is as it was before it; a mark that stands; or it has come to its end. */
type End = 'as before' | 'marked' | 'arrived';

interface Story {
  readonly drill: DrillKind;
  readonly begins: Beginning;
  /** The step that decides: in it, and behind it, it is no longer as before. Without one nothing is promoted. */
  readonly pointOfNoReturn?: string;
  /** From this step on nothing is left to care for. */
  readonly arrives?: string;
  /** Looked at in continuous integration. */
  readonly sampled: readonly string[];
}

const stories: readonly Story[] = [
  {
    drill: { kind: 'failover', lose: 'region-a-lost', from: 'a', to: 'b' },
    begins: 'home',
    pointOfNoReturn: 'fence',
    sampled: ['detect', 'fence'],
  },
  {
    drill: { kind: 'failback', restore: 'region-a-lost', from: 'b', to: 'a' },
    begins: 'lost',
    pointOfNoReturn: 'promote',
    arrives: 'recover',
    sampled: ['restore'],
  },
  {
    drill: { kind: 'switchover', from: 'a', to: 'b' },
    begins: 'home',
    pointOfNoReturn: 'promote',
    arrives: 'recover',
    sampled: ['demote', 'rejoin standby'],
  },
  {
    drill: { kind: 'evacuate', from: 'a', to: 'b' },
    begins: 'home',
    pointOfNoReturn: 'promote',
    sampled: ['drain'],
  },
  {
    drill: { kind: 'return', from: 'b', to: 'a' },
    begins: 'evacuated',
    pointOfNoReturn: 'promote',
    arrives: 'recover',
    sampled: ['demote'],
  },
  {
    drill: { kind: 'observe', lose: 'replica-lost', from: 'a' },
    begins: 'home',
    sampled: ['recover'],
  },
];

let platform: TestPlatform;
let run: Trace;
const context = () => testContext(AbortSignal.timeout(60_000));

beforeAll(async () => {
  platform = await testPlatform();
  run = trace();
});
afterAll(async () => await platform.dispose());

describe.each(stories)('a drill of kind $drill.kind that is aborted', (story) => {
  const names: readonly string[] = runbooks[story.drill.kind].map(({ name }) => name);
  const steps = names.filter((name) => everyStep || story.sampled.includes(name));
  const moments = steps.flatMap((step) => [
    { step, moment: 'as it begins', afterMs: 0 },
    ...Array.from({ length: rounds }, (_, round) => ({
      step,
      moment: 'in the middle',
      afterMs: chance.of(story.drill.kind, step, round) * MIDDLE_MS,
    })),
  ]);

  it.each(moments)('in the step $step, $moment', async ({ step, afterMs }) => {
    await begin(story.begins);
    const before = run.undo.promotion();
    const wasOpen = openNow();
    const outcome = await abortIn(step, afterMs, story);
    const mark = run.undo.promotion();
    const cut = outcome.record.steps.find((one) => one.outcome === 'failed')?.name;
    // In the middle of a short step is in one behind it; behind the last one nothing is left to abort.
    const at = cut === undefined ? names.length : names.indexOf(cut);
    expect(at).toBeGreaterThanOrEqual(names.indexOf(step));
    expect(outcome.record.failed ?? '').toContain(
      cut === undefined ? '' : `${cut}: stopped: aborted by the test`,
    );
    expect(outcome.record.stoppedAfter !== undefined).toBe(cut !== undefined);
    expect(outcome.record.steps.slice(at + 1).every((one) => one.outcome === 'skipped')).toBe(true);
    const ends = endOf(story, at, mark !== undefined && mark.writer !== before?.writer);
    const left = {
      ends,
      mark: mark?.writer,
      open: openNow(),
      writers: await writersNow(),
      regions: (await platform.route.status(context())).regions,
      said: outcome.record.failed ?? '',
    };
    expect(left).toEqual(expected(story, ends, wasOpen));
    expect(mark === undefined ? [] : recoveryAdvice(mark, await platform.store.status(context()))).toEqual(
      adviceFor(mark?.writer),
    );
    expect(platform.twoWriters()).toBe(0);
  });
});

/** `promotes`: the mark names another writer than before. In the deciding step both may be so. */
function endOf({ drill, pointOfNoReturn, arrives }: Story, at: number, promotes: boolean): End {
  const place = (step: string | undefined): number => {
    const index = runbooks[drill.kind].findIndex(({ name }) => name === step);
    return index === -1 ? Infinity : index;
  };
  if (at < place(pointOfNoReturn)) return 'as before';
  if (at === place(pointOfNoReturn)) return promotes ? 'marked' : 'as before';
  return at < place(arrives) ? 'marked' : 'arrived';
}

/** What a rejoin made whose node was started by then is left to the end of the run: it may follow in a moment. */
function openNow(): number {
  return run.undo.open().filter(({ driver }) => driver !== REJOIN_DRIVER).length;
}

async function writersNow(): Promise<readonly string[]> {
  const roles = rolesIn(await platform.store.status(context()));
  return Object.keys(roles).filter((name) => roles[name] === 'primary');
}

/** Whoever reads what `ordeal recover` says knows who may write, and what to do. */
function adviceFor(writer: string | undefined): unknown {
  const only = expect.stringContaining(`The only writer of store main is node ${writer}`);
  const advice = expect.arrayContaining([only, expect.stringMatching(/^Next: .{16,}/)]);
  return writer === undefined ? [] : advice;
}

/** What has to be left of a drill that came to this end. */
function expected({ drill, begins }: Story, ends: End, wasOpen: number): Readonly<Record<string, unknown>> {
  const everywhere = { a: 'active', b: 'active' };
  const to = 'to' in drill ? drill.to : undefined;
  const anything = expect.anything();
  const beginnings = {
    home: { mark: undefined, writers: ['a'], regions: everywhere },
    lost: { mark: 'b', writers: ['b'], regions: { a: 'out', b: 'active' } },
    evacuated: { mark: 'b', writers: ['b'], regions: { a: 'out', b: 'active' } },
  };
  const putBack =
    /nothing was touched|the primary was not touched|was restored|is the primary again|was healed|^$/;
  const left: Readonly<Record<End, object>> = {
    'as before': { ...beginnings[begins], open: wasOpen, said: expect.stringMatching(putBack) },
    // Nobody may write yet; who else does is a second writer.
    marked: {
      mark: to,
      open: drill.kind === 'failover' ? 1 : wasOpen,
      writers: expect.toBeOneOf([[], [to]]),
      regions: anything,
      said: anything,
    },
    arrived: { mark: undefined, open: 0, writers: [to], regions: everywhere, said: anything },
  };
  return { ends, ...left[ends] };
}

/** Runs the drill until the step, and aborts it so long after that has begun. */
async function abortIn(step: string, afterMs: number, { drill }: Story): Promise<DrillOutcome> {
  const stop = new AbortController();
  const abort = (): void => stop.abort(new Error('aborted by the test'));
  const { append } = run.journal;
  const journal = {
    append: (event: Parameters<typeof append>[0]) => {
      if (event.type === 'step-started' && event.step === step) {
        if (afterMs === 0) abort();
        else setTimeout(abort, afterMs);
      }
      return append(event);
    },
  };
  const phase: DrillPhase = { ...failover, name: drill.kind, title: `A ${drill.kind}`, drill };
  return await drillOn(phase, {
    platform,
    run: { ...run, journal },
    observe: () => testObservers(platform.edge.url),
    ...(drill.kind === 'observe' ? { change: { fault: replicaLost(platform) } } : {}),
    signal: stop.signal,
  });
}

/** Brings the platform from wherever it is to where a drill begins, with the mark that an earlier one has left there. */
async function begin(beginning: Beginning): Promise<void> {
  const { store, route, fault, servers, edge } = platform;
  await bringHome();
  run = trace();
  if (beginning === 'home') return;
  if (beginning === 'lost') {
    run.undo.push({
      driver: fault.kind,
      config: {},
      describe: 'region a is lost',
      deadline: new Date(Date.now() + 600_000).toISOString(),
      revives: 'old-primary',
    });
    servers.kill(servers.a);
    await edge.replicas['a1']?.kill();
    await store.fence('a', context());
    await store.promote('b', context());
  } else {
    await store.demote('a', 'b', context());
    await store.promote('b', context());
    await store.rejoin('a', 'b', context());
  }
  await route.switch(['b'], context());
  run.undo.markPromotion({
    drill: 'earlier',
    store: 'main',
    requestedAt: new Date().toISOString(),
    writer: 'b',
    fenced: beginning === 'lost' ? ['a'] : [],
    nextStep: beginning === 'lost' ? 'Run the failback of region a.' : 'Run the return to region a.',
  });
}

/** As the advice says: whoever the mark names is made the writer, and then all is led back. */
async function bringHome(): Promise<void> {
  const { store, route, servers, edge } = platform;
  const writer = run.undo.promotion()?.writer;
  // What was asked for before the abort may still come about.
  await systemClock.sleep(writer === undefined ? 0 : 300);
  const roles = async () => rolesIn(await store.status(context()));
  if (writer !== undefined && (await roles())[writer] !== 'primary') {
    const other = writer === 'a' ? 'b' : 'a';
    await store.fence(other, context());
    await store.promote(writer, context());
  }
  await edge.replicas['a1']?.start();
  if ((await roles())['b'] === 'primary') {
    if ((await roles())['a'] === 'gone') servers.start(servers.a);
    await store.rejoin('a', 'b', context());
    await store.demote('b', 'a', context());
    await store.promote('a', context());
  }
  await store.rejoin('b', 'a', context());
  await route.switch(['a', 'b'], context());
}
