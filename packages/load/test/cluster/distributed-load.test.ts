import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { evidenceOver } from '@ordeal/shared/judge/client-evidence';
import { sumIntervals } from '@ordeal/shared/load/window';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { testRunHealer } from '../../src/distributed/healer.ts';
import { connect } from '../../src/distributed/kubernetes/api.ts';
import { namespaceOf } from '../../src/distributed/kubernetes/kinds.ts';
import { findLeftovers } from '../../src/distributed/remove.ts';
import { startDistributed } from '../../src/distributed/start-distributed.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { expectAtRate } from '../support/expect-at-rate.ts';
import { testRun, until, workloadOf, type TestRun } from '../support/run.ts';
import { NAMESPACE, startWorld, withoutCluster, type World } from './support/world.ts';

describe.skipIf(leftOut(withoutCluster))('a load on a cluster', () => {
  let world: World;
  let server: TestServer;
  const runs: TestRun[] = [];

  beforeAll(async () => {
    world = await startWorld();
    server = await startServer(() => ({}));
  });
  afterAll(async () => {
    await server?.close();
    await world?.stop();
  });
  afterEach(async () => {
    Object.assign(world.operator, { asleep: false, unplaceable: undefined, neverStarts: false });
    for (const run of runs.splice(0)) run.clear();
    await until('no k6 runs', () => world.kubelet.running() === 0);
    const left = await world.left();
    if (left.length > 0) throw new Error(`Left on the cluster: ${left.join(', ')}`);
  });

  const newRun = (): TestRun => {
    const run = testRun();
    runs.push(run);
    return run;
  };
  const start = async (run: TestRun, operator: object = {}, more: object = {}) =>
    startDistributed(
      workloadOf('one-step', server.url, { rate: 60, ...more }),
      { ...run.settings, operator: await world.settings({ parallelism: 2, ...operator }) },
      run.context,
    );
  const nameOf = (run: TestRun): string => (run.pushed[0]!.config as { testRun: string }).testRun;
  const fixture = (name: string) => ({
    journeys: [{ name, file: new URL(`fixtures/${name}.ts`, import.meta.url), weight: 1 }],
  });
  const warnings = (run: TestRun): readonly string[] =>
    run.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

  test('runs on three runners, and what they saw is added up exactly', async () => {
    const run = newRun();
    const before = server.requests.length;
    const load = await start(run, { parallelism: 3 }, { limitsMs: [1, 5000] });
    expect(run.open.map(({ driver }) => driver)).toEqual(['k6-operator']);
    const name = nameOf(run);
    const from = run.context.clock.now();
    await run.context.clock.sleep(6000);
    const record = await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });

    const seen = server.requests.length - before;
    expect(record).toMatchObject({ requests: seen, achieved: seen, dropped: 0, failed: 0 });
    expect(record.validity).toEqual({ valid: true });
    expectAtRate(record, 60);
    const all = sumIntervals(load.stream.between(-Infinity, Infinity));
    expect(all.requests).toBe(seen);
    expect(all.latency.count).toBe(seen);
    expect(all.under['5000']).toBe(seen);
    const evidence = evidenceOver(load.stream.between(from, from + 5000), { from, to: from + 5000 });
    const { whole, edge } = (evidence as Extract<typeof evidence, { ok: true }>).reports;
    expect(whole.requests).toBeLessThanOrEqual(301);
    expect(whole.requests + edge.requests).toBeGreaterThanOrEqual(299);

    expect(new Set(server.requests.slice(before).map(({ headers }) => headers['x-ordeal-run']))).toEqual(
      new Set(['r1']),
    );
    expect(world.operator.commands.get(`${name}-2`)).toEqual(
      expect.arrayContaining(['--execution-segment=1/3:2/3', '--execution-segment-sequence=0,1/3,2/3,1']),
    );
    expect(readdirSync(join(run.context.dir, 'load/test-load/runners')).toSorted()).toEqual([
      'runner-1.log',
      'runner-2.log',
      'runner-3.log',
    ]);
    expect(run.open).toEqual([]);
    expect(warnings(run)).toEqual([]);
  });

  test('comes to its own end with the arrivals that one k6 would make', async () => {
    const run = newRun();
    const before = server.requests.length;
    const load = await start(run, { parallelism: 3 }, { rate: 50, atMostSeconds: 5 });
    expect(await load.ended).toEqual({ how: 'finished' });
    const record = await load.stop();
    const seen = server.requests.length - before;
    expect(record).toMatchObject({ offered: 250, achieved: seen, requests: seen, dropped: 0 });
    // Each k6 may make the arrival that falls on its very end, and miss those that came due while it had no core.
    expectAtRate(record, 50);
    expect(seen).toBeLessThanOrEqual(253);
  });

  test('one runner needs no segments', async () => {
    const run = newRun();
    const load = await start(run, { parallelism: 1 });
    const command = world.operator.commands.get(`${nameOf(run)}-1`) ?? [];
    expect(command.filter((one) => one.startsWith('--execution'))).toEqual([]);
    await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });
  });

  test('keeps script and secrets out of everything but a Secret', async () => {
    const run = newRun();
    const secrets = { 'api-key': 'only-for-the-platform' };
    const before = server.requests.length;
    const load = await start(
      run,
      { script: { in: 'secret' } },
      { ...fixture('keeps-a-secret'), headers: { 'x-tenant-key': 'not-for-everybody' }, secrets },
    );
    const lists = await Promise.all(
      [
        `/apis/k6.io/v1alpha1/namespaces/${NAMESPACE}/testruns`,
        `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`,
        ...['pods', 'services', 'configmaps'].map((kind) => `/api/v1/namespaces/${NAMESPACE}/${kind}`),
      ].map((path) => world.admin('GET', path)),
    );
    await load.stop();
    for (const text of [JSON.stringify(lists), JSON.stringify(run.pushed), JSON.stringify(run.events)]) {
      expect(text).not.toContain('only-for-the-platform');
      expect(text).not.toContain('not-for-everybody');
    }
    expect(server.requests.at(-1)?.headers).toMatchObject({
      authorization: 'Bearer only-for-the-platform',
      'x-tenant-key': 'not-for-everybody',
    });
    expect(server.requests.length).toBeGreaterThan(before);
    const logs = readdirSync(join(run.context.dir, 'load/test-load/runners'), { withFileTypes: true });
    for (const { parentPath, name } of logs) {
      expect(readFileSync(join(parentPath, name), 'utf8')).not.toContain('only-for-the-platform');
    }
  });

  test('puts the script on a volume, and takes it away again', async () => {
    const run = newRun();
    const load = await start(run, { script: { in: 'volume', claim: 'scripts', mountedAt: world.volume } });
    expect(readdirSync(world.volume)).toEqual([`${nameOf(run)}.js`]);
    await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });
    expect(readdirSync(world.volume)).toEqual([]);
  });

  describe('does not begin, and says why, when', () => {
    const refusal = async (run: TestRun, operator: object, more: object = {}): Promise<string> => {
      const message = await start(run, operator, more).then(
        async (load) => {
          await load.stop();
          return 'it began';
        },
        (error: Error) => error.message,
      );
      expect(run.open).toEqual([]);
      return message;
    };

    test('no operator is there', async () => {
      world.operator.asleep = true;
      const message = await refusal(newRun(), { deadlines: { noticed: 2 } });
      expect(message).toMatch(/within 2 s no operator took notice of TestRun .*does k6-operator run/);
    });

    test('the script cannot be read', async () => {
      const message = await refusal(newRun(), {}, fixture('breaks-at-once'));
      expect(message).toMatch(
        /stage error: its initializer ended with exit code 107 \(Error\): .*TypeError/s,
      );
    });

    test('a pod cannot begin', async () => {
      world.operator.unplaceable = 2;
      const message = await refusal(newRun(), { deadlines: { created: 3 } });
      expect(message).toMatch(
        /stayed in the stage created for more than 3 s: runner 2 waits \(ImagePullBackOff: Back-off pulling/,
      );
    });

    test('the word to start does not arrive', async () => {
      world.operator.neverStarts = true;
      const message = await refusal(newRun(), { deadlines: { started: 3 } });
      expect(message).toMatch(/no measurements came from runner 1, 2\. .*-starter do its work/);
    });

    test('the receiver cannot be reached', async () => {
      const receiver = { host: '127.0.0.1', port: 0, url: 'http://127.0.0.1:9' };
      // The stop address is gone as well, so each k6 takes it for the word to end.
      const message = await refusal(newRun(), { receiver, deadlines: { started: 20 } });
      expect(message).toMatch(
        /runner \d ended with exit code 108 .*before the load began|no measurements came/s,
      );
    });

    test('the cluster is another one', async () => {
      const run = newRun();
      expect(await refusal(run, { cluster: { kubeconfig: world.plane.kubeconfig, uid: 'f00' } })).toMatch(
        /another cluster than was named: .*not f00/,
      );
      expect(run.pushed).toEqual([]);
    });

    test('the namespace is not there', async () => {
      const run = newRun();
      expect(await refusal(run, { namespace: 'nowhere' })).toMatch(/no namespace nowhere.*k6-operator/);
      expect(run.pushed).toEqual([]);
    });

    test('a field of the pods is none', async () => {
      const run = newRun();
      const message = await refusal(run, { pod: { resources: { limit: { cpu: '1' } } } });
      expect(message).toMatch(/unknown field "spec.runner.resources.limit"/);
      expect(run.pushed).toEqual([]);
    });

    test('our user lacks the right', async () => {
      const run = newRun();
      const message = await refusal(run, { cluster: { kubeconfig: world.plane.restrictedKubeconfig } });
      expect(message).toMatch(/cannot create resource "testruns"/);
      expect(run.pushed).toEqual([]);
    });

    test('a ConfigMap is too small for the script', async () => {
      const run = newRun();
      const message = await refusal(run, {}, { headers: { 'x-large': 'x'.repeat(1024 * 1024) } });
      expect(message).toMatch(/a ConfigMap holds at most 1048576: put it on a volume/);
      expect(run.pushed).toEqual([]);
    });

    test('the run is aborted meanwhile', async () => {
      world.operator.asleep = true;
      const run = newRun();
      const starting = start(run);
      await until('the TestRun is there', () => run.events.some(({ type }) => type === 'note'));
      run.abort(new Error('enough'));
      await expect(starting).rejects.toThrow('enough');
      expect(run.open).toEqual([]);
    });
  });

  describe('is invalid when', () => {
    test('a runner runs out of memory, and its windows are inconclusive', async () => {
      const run = newRun();
      const load = await start(run);
      await run.context.clock.sleep(2500);
      await world.kubelet.kill(`${nameOf(run)}-2-x1`, 'SIGKILL', 'OOMKilled');
      const end = await load.ended;
      expect(end).toMatchObject({ how: 'broke', exitCode: 137 });
      expect(end.how === 'broke' && end.reason).toMatch(/runner 2 ran out of memory .*2 runners in all/);
      const { validity } = await load.stop();
      expect(validity).toMatchObject({ valid: false, reason: expect.stringContaining('runner 2') });
      // The other one went on, but what it saw alone is no measurement of the load.
      const known = load.stream.completeUntil();
      const span = { from: known - 500, to: known + 10_000 };
      expect(evidenceOver(load.stream.between(span.from, span.to), span)).toMatchObject({
        ok: false,
        nothing: { reason: 'stale' },
      });
      expect(run.open).toEqual([]);
    });

    test('the operator says finished although runners failed', async () => {
      const run = newRun();
      const load = await start(run);
      const name = nameOf(run);
      await Promise.all(
        [1, 2].map((runner) => world.kubelet.kill(`${name}-${runner}-x1`, 'SIGTERM', 'Error')),
      );
      await until(
        'the operator calls it finished',
        () => world.operator.stages.get(name)?.at(-1) === 'finished',
      );
      const end = await load.ended;
      expect(end).toMatchObject({ how: 'broke', exitCode: 105 });
      expect(end.how === 'broke' && end.reason).toMatch(/runner 1 .*stopped by a signal; runner 2/);
    });

    test('a pod is taken away', async () => {
      const run = newRun();
      const load = await start(run);
      await world.kubelet.evict(`${nameOf(run)}-1-x1`);
      const end = await load.ended;
      expect(end.how === 'broke' && end.reason).toMatch(/runner 1 (has no pod|ended with exit code 137)/);
    });

    test('somebody deletes the TestRun', async () => {
      const run = newRun();
      const load = await start(run);
      await world.admin('DELETE', `/apis/k6.io/v1alpha1/namespaces/${NAMESPACE}/testruns/${nameOf(run)}`);
      const end = await load.ended;
      expect(end.how === 'broke' && end.reason).toMatch(/the TestRun was deleted by somebody else/);
    });

    test('every iteration throws', async () => {
      const run = newRun();
      const journey = new URL('../fixtures/throws.ts', import.meta.url);
      const load = await start(run, {}, { journeys: [{ name: 'throws', file: journey, weight: 1 }] });
      const end = await load.ended;
      expect(end.how === 'broke' && end.reason).toMatch(
        /every one of \d+ iterations threw \(journey throws threw/,
      );
    });
  });

  test('goes on while the API server is away', async () => {
    const run = newRun();
    const before = server.requests.length;
    const load = await start(run);
    await world.plane.killApiServer();
    await run.context.clock.sleep(4000);
    await world.plane.restartApiServer();
    await run.context.clock.sleep(2000);
    const record = await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });
    expect(record.requests).toBe(server.requests.length - before);
    expect(record.validity).toEqual({ valid: true });
    expect(warnings(run)).toEqual([
      expect.stringMatching(/^The cluster gives no answer: .*ECONN(REFUSED|RESET)/),
    ]);
  });

  test('needs the rights that the documentation names, and no others', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../../../docs/drivers/k6-operator.md'), 'utf8');
    const role = parse(/```yaml\n(apiVersion: rbac[^`]+)```/.exec(text)?.[1] ?? '') as object;
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
    await world.admin('POST', `${rbac}/roles`, role);
    await world.admin('POST', `${rbac}/rolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'ordeal-load' },
      subjects: [{ kind: 'User', name: 'restricted', apiGroup: 'rbac.authorization.k8s.io' }],
      roleRef: { kind: 'Role', name: 'ordeal-load', apiGroup: 'rbac.authorization.k8s.io' },
    });
    const run = newRun();
    const secrets = { 'api-key': 'x' };
    const load = await start(
      run,
      { cluster: { kubeconfig: world.plane.restrictedKubeconfig } },
      { ...fixture('keeps-a-secret'), secrets },
    );
    expect(run.pushed[0]?.config).not.toHaveProperty('cluster.uid');
    await load.stop();
    expect(await load.ended).toEqual({ how: 'stopped' });
    expect(readdirSync(join(run.context.dir, 'load/test-load/runners'))).toHaveLength(2);
    expect(warnings(run)).toEqual([]);
    expect(run.open).toEqual([]);
    await testRunHealer.heal(run.pushed[0]!, {
      clock: run.context.clock,
      signal: new AbortController().signal,
      say: () => {},
    });
  });

  test('is healed from its undo entry alone, again and again, and nothing else is touched', async () => {
    const [mine, other] = [newRun(), newRun()];
    const load = await start(mine);
    const others = await start(other);
    const entry = mine.pushed[0]!;
    const say = (): void => {};
    const healing = { clock: mine.context.clock, signal: new AbortController().signal, say };
    const api = await connect({ kubeconfig: world.plane.kubeconfig }, mine.context.clock);
    const found = await findLeftovers(namespaceOf(api, NAMESPACE));
    expect(found.filter(({ name }) => name.startsWith(nameOf(mine))).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['testruns', 'jobs', 'pods', 'services', 'configmaps']),
    );

    await testRunHealer.heal(entry, healing);
    await testRunHealer.heal(entry, healing);
    expect((await world.left()).filter((one) => one.startsWith(nameOf(mine)))).toEqual([]);
    expect((await load.ended).how).toBe('broke');

    expect((await world.left()).filter((one) => one.startsWith(nameOf(other))).length).toBeGreaterThan(5);
    const config = entry.config as { readonly cluster: object };
    const elsewhere = { ...entry, config: { ...config, cluster: { ...config.cluster, uid: 'f00' } } };
    await expect(testRunHealer.heal(elsewhere, healing)).rejects.toThrow(/another cluster/);
    await others.stop();
    expect(await others.ended).toEqual({ how: 'stopped' });
  });
});
