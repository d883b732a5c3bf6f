import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { decisionsOf, type Decision } from '@ordeal/shared/judge/autoscaler/decisions';
import { judge } from '@ordeal/shared/judge/judge';
import type { Finding } from '@ordeal/shared/objectives/finding';
import { chanceFrom } from '@ordeal/shared/testing/chance';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { withoutPrograms } from '@ordeal/shared/testing/test-program';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MERGE } from '../../../../load/test/cluster/support/admin.ts';
import { startServer, type TestServer } from '../../../../load/test/support/server.ts';
import {
  readRecording,
  RECORDING,
  writtenRecording,
} from '../../../../shared/test/judge/autoscaler/recording.ts';
import { observationsOf } from '../../../../shared/test/judge/observations-of.ts';
import { openShop, type Ended, type Shop } from './shop.ts';
import { autoscalerOf, tell, type Story } from './story.ts';
import { isDown, isUp, tableOf, writeTable } from './table.ts';
import { seenIn, watchAutoscaler, type Watching } from './watching.ts';
import { startWorld, type World } from './world.ts';
import { worth, type Workload } from './workload.ts';
import { plansBy } from './workloads.ts';

/*
 * Autoscalers of `deploy/platforms` under the real controller: kube-controller-manager decides, every 15 s, by figures of
 * a stand-in for metrics-server and of the real prometheus-adapter on a real Prometheus. No decision of it may be taken
 * for a departure, and one that is tampered with has to be. `ORDEAL_TEST_SEED` has the same figures come again.
 */

const missing = withoutPrograms('kube-apiserver', 'etcd', 'kube-controller-manager', 'prometheus-adapter');
const chance = chanceFrom(env['ORDEAL_TEST_SEED']);
/** When the load begins: before the first autoscaler has more to do. */
const LOAD_AFTER_MS = 133_000;

describe.skipIf(leftOut(missing))(`a real autoscaler, by chance ${chance.seed}`, () => {
  const plans = plansBy(chance);
  const [committed] = plans.map(({ workload }) => workload);
  if (committed === undefined) throw new Error('nothing is planned');
  let world: World;
  let server: TestServer;
  let dir: string;
  let shop: Shop;
  let loaded: Ended;
  let stories: readonly Story[];

  beforeAll(async () => {
    world = await startWorld(plans.map(({ workload }) => workload));
    server = await startServer(() => ({ status: 200 }));
    dir = mkdtempSync(join(tmpdir(), 'ordeal-autoscaler-'));
    const { url } = world.prometheus;
    shop = openShop(dir, {
      entry: server.url,
      prometheus: url,
      rate: 2,
      autoscaler: world.promised(committed),
    });
    [stories, loaded] = await Promise.all([Promise.all(plans.map((plan) => tell(world, plan))), load()]);
    console.log(`${tableOf(stories)}\n`);
  });
  afterAll(async () => {
    await server?.close();
    await world?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  async function load(): Promise<Ended> {
    await systemClock.sleep(LOAD_AFTER_MS);
    return shop.load({ warmUp: '1s', for: '45s' });
  }

  const decisions = () => stories.flatMap((story) => story.decisions);
  const departed = () => decisions().filter(({ checked }) => checked.outcome === 'departs');
  const agreed = () => decisions().filter(({ checked }) => checked.outcome === 'agrees');

  test('never departs, and each look saw it', () => {
    expect(departed()).toEqual([]);
    expect(stories.map(({ unseen }) => unseen)).toEqual(stories.map(() => 0));
  });

  test('was checked as it scaled up and down, to each bound', () => {
    expect(agreed().filter(isUp).length).toBeGreaterThan(15);
    expect(agreed().filter(isDown).length).toBeGreaterThan(5);
    const wanted = (name: string) =>
      stories
        .filter(({ workload }) => autoscalerOf(workload) === name)
        .flatMap((story) => story.decisions.map(({ look }) => look.seen.desired));
    expect(Math.max(...wanted('marketing-agents/marketing-agents-hpa-b').map(Number))).toBe(10);
    expect(Math.min(...wanted('short-window/marketing-agents-hpa').slice(8).map(Number))).toBe(4);
  });

  test('passes a load under which it scales up', () => {
    expect(loaded.code, loaded.said).toBe(0);
    const finding = shop.newest().record.findings.find(({ objective }) => objective === 'autoscaler api');
    expect(finding).toMatchObject({ outcome: 'pass', value: { low: 0, high: 0 } });
    console.log(finding?.explanation);
    expect(finding?.explanation).toMatch(/It wanted 3 to [4-9] replicas/);
  });

  test('departs where its status is tampered with', async () => {
    const workload = inNamespace('short-window');
    workload.demand = worth({ cpu: 5.9, memory: 3, requests: 5.8 });
    const watching = watchAutoscaler(world.promised(workload));
    await decided(watching.samples);
    const path = `/apis/autoscaling/v2/namespaces/${workload.namespace}/horizontalpodautoscalers`;
    const status = { status: { desiredReplicas: 9 } };
    await world.admin('PATCH', `${path}/${workload.autoscaler.metadata.name}/status`, status, MERGE);
    // Until its controller has written anew.
    await systemClock.sleep(20_000);
    await watching.stop();
    expect(findingOf(workload, watching.samples)).toMatchObject(departure('and it wants 9'));
  });

  test('departs where its controller has another tolerance than it says', async () => {
    const workload = inNamespace('short-window');
    await world.restartControllers(['--horizontal-pod-autoscaler-tolerance=0.5']);
    // A third too much, however many pods there are.
    workload.demand = () => ({ cpu: 93, memory: 40, requests: 95 });
    const watching = watchAutoscaler(world.promised(workload));
    await systemClock.sleep(40_000);
    await watching.stop();
    expect(findingOf(workload, watching.samples)).toMatchObject(departure('cpu 93 % of 70 %'));
  });

  test('is recorded, and documented', () => {
    expect(departed()).toEqual([]);
    const recorded = stories.map(({ workload, looks }) => ({ autoscaler: autoscalerOf(workload), looks }));
    writeFileSync(RECORDING, writtenRecording(recorded));
    expect(readRecording().map(({ looks }) => outcomesOf(decisionsOf(looks)))).toEqual(
      stories.map((story) => outcomesOf(story.decisions)),
    );
    writeTable(stories);
  });

  function inNamespace(namespace: string): Workload {
    const found = plans.find(({ workload }) => workload.namespace === namespace);
    if (found === undefined) throw new Error(`nothing is in namespace ${namespace}`);
    return found.workload;
  }

  /** Until it has decided since it was first seen. */
  async function decided(samples: Watching['samples']): Promise<void> {
    const deadline = systemClock.now() + 90_000;
    while (decisionsOf(seenIn(samples)).length < 2 && systemClock.now() < deadline)
      await systemClock.sleep(500);
  }

  /** What a run would find of it. */
  function findingOf(workload: Workload, samples: Watching['samples']): Finding | undefined {
    const promised = { ...world.promised(workload), replicas: { least: 4, most: 10 } };
    const [finding] = judge(
      observationsOf({
        autoscalers: [{ autoscaler: 'api', phase: 'baseline', promised, samples, broke: null }],
        assignments: [
          {
            objectiveName: 'autoscaler api',
            objective: {
              signal: { from: 'autoscaler', measure: 'departures', autoscaler: 'api' },
              comparator: '<=',
              limit: 0,
              unit: 'departures',
            },
            window: 'baseline',
          },
        ],
      }),
    );
    console.log(finding?.explanation);
    return finding;
  }
});

function departure(sentence: string): object {
  return { outcome: 'fail', explanation: expect.stringContaining(sentence) };
}

function outcomesOf(decisions: readonly Decision[]): readonly string[] {
  return decisions.map(({ checked }) => checked.outcome);
}
