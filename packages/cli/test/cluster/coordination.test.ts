import {
  startControlPlane,
  withoutControlPlane,
  type ControlPlane,
} from '@ordeal/shared/testing/kubernetes/control-plane';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { connectCluster, clusterUid, type Cluster } from '@ordeal/chaos/chaos-mesh/cluster';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeSite, type Site } from '../stop/site.ts';
import { atWork } from './at-work.ts';

const missing = withoutControlPlane();
const smoke = ['smoke', '--platform', 'shop'];

describe.skipIf(leftOut(missing))(`machines that agree by a cluster${missing ? ` (${missing})` : ''}`, () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let uid: string;
  const sites: Site[] = [];

  beforeAll(async () => {
    plane = await startControlPlane();
    cluster = connectCluster({ kubeconfig: plane.kubeconfig }, systemClock);
    uid = await clusterUid(cluster);
    await cluster.core.createNamespace({ body: { metadata: { name: 'ordeal' } } });
  });
  afterEach(async () => {
    await Promise.all(sites.splice(0).map((site) => site.close()));
  });
  afterAll(() => plane.stop());

  const siteOn = async (kubeconfig: string, to = uid): Promise<Site> => {
    const pin = JSON.stringify({ kubeconfig, context: 'ordeal-test', uid: to });
    const site = await makeSite(`coordination: { cluster: ${pin}, namespace: 'ordeal' },`);
    sites.push(site);
    return site;
  };

  it('stop a run that is under way on another machine, and let none begin anywhere', async () => {
    const site = await siteOn(plane.kubeconfig);
    const arrived = site.hang();
    const elsewhere = site.on('there', ...smoke);
    await arrived;
    const stopped = await site.on('here', 'stop', '--platform', 'shop', '--why', 'customers are hurt');
    expect(stopped.stdout).toContain('Ordered in the ConfigMap ordeal/ordeal-stop in ordeal-test');
    expect(stopped.code).toBe(0);
    const ended = await elsewhere;
    expect(ended.stdout).toMatch(/customers are hurt \(the ConfigMap ordeal\/ordeal-stop in ordeal-test\)/);
    expect(ended.code).toBe(143);
    site.letGo();

    const refused = await site.on('third', ...smoke);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/emergency stop stands \(the ConfigMap .*customers are hurt/);
    expect((await site.on('third', 'stop', '--status', '--platform', 'shop')).code).toBe(3);
    const cleared = await site.on('third', 'stop', '--clear', '--platform', 'shop');
    expect(cleared).toMatchObject({ code: 0, stdout: expect.stringMatching(/Cleared in the ConfigMap/) });
    // The file of the machine on which it was ordered is that machine's to clear.
    expect((await site.on('third', ...smoke)).code).toBe(0);
    expect((await site.on('here', ...smoke)).code).toBe(3);
  });

  const on = (kubeconfig: string, to = uid) => ({
    cluster: { kubeconfig, context: 'ordeal-test', uid: to },
    namespace: 'ordeal',
  });

  it('let one run at a time work on the platform, whichever machine it is on, and a smoke gate beside it', async () => {
    const first = await atWork('first', on(plane.kubeconfig));
    if (!first.taken) throw new Error(first.reason);
    const leases = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace: 'ordeal' };
    expect(await cluster.custom.getNamespacedCustomObject({ ...leases, name: 'ordeal-shop' })).toMatchObject({
      spec: { leaseDurationSeconds: 30, holderIdentity: 'first' },
    });
    expect(await atWork('second', on(plane.kubeconfig))).toMatchObject({
      taken: false,
      reason: expect.stringMatching(/run first of \S+@\S+ has been at work on this platform since/),
    });
    const site = await siteOn(plane.kubeconfig);
    const beside = await site.on('here', ...smoke);
    expect(beside.stdout).toMatch(/Run first of \S+@\S+ has been at work on this platform since/);
    expect(beside.code, beside.stdout).toBe(0);
    await first.release();
    const left = await cluster.custom.listNamespacedCustomObject(leases);
    expect((left as { items: unknown[] }).items).toEqual([]);
    expect((await site.on('here', ...smoke)).stdout).not.toContain('at work');
  });

  it('ask the cluster who it is before anything else, and begin nothing on another one', async () => {
    const meant = async (kubeconfig: string, pinned: string): Promise<Site> => {
      const pin = JSON.stringify({ kubeconfig, context: 'ordeal-test', uid: pinned });
      const site = await makeSite('', `identity: { clusters: [${pin}] },`);
      sites.push(site);
      return site;
    };
    const known = await (await meant(plane.kubeconfig, uid)).on('here', ...smoke);
    expect(known.code, known.stdout + known.stderr).toBe(0);
    const other = '00000000-0000-4000-8000-000000000000';
    const another = await (await meant(plane.kubeconfig, other)).on('here', ...smoke);
    expect(another.code).toBe(3);
    expect(another.stdout).toContain(
      `the cluster is not known to be the one that is meant: Refused: the context "ordeal-test" leads to another cluster (kube-system ${uid}) than the one that is allowed (${other})`,
    );
    const silent = await (await meant(plane.restrictedKubeconfig, uid)).on('here', ...smoke);
    expect(silent.code).toBe(3);
    expect(silent.stdout).toMatch(/the cluster is not known to be the one that is meant: .*forbidden/);
  });

  it('begin nothing but a smoke gate on a cluster that may not be asked, or is another one', async () => {
    const strange = '00000000-0000-4000-8000-000000000000';
    for (const [kubeconfig, to, why] of [
      [plane.restrictedKubeconfig, uid, /forbidden/],
      [plane.kubeconfig, strange, /leads to another cluster/],
    ] as const) {
      const { taken, ...lease } = await atWork('first', on(kubeconfig, to));
      expect(taken).toBe(false);
      expect(lease).toMatchObject({ reason: expect.stringMatching(why) });
      const blind = await (await siteOn(kubeconfig, to)).on('here', ...smoke);
      expect(blind.stdout).toMatch(/Whether a run is at work on this platform cannot be told/);
      expect(blind.stdout).toMatch(why);
      expect(blind.code, blind.stdout).toBe(0);
    }
  });
});
