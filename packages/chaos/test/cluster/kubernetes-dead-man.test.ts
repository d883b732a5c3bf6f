import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { withoutControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kubernetesDriver } from '../../src/drivers/kubernetes.ts';
import { actionOf } from '../../src/drivers/kubernetes/actions/all.ts';
import type { KubernetesConfig } from '../../src/drivers/kubernetes/config.ts';
import { deadManScript } from '../../src/drivers/kubernetes/dead-man-script.ts';
import { deadManManifest } from '../../src/drivers/kubernetes/manifest.ts';
import { openScope } from '../../src/drivers/kubernetes/scope.ts';
import { driving, entryOf, NAMESPACE, startKubernetesSite, type KubernetesSite } from './kubernetes-site.ts';

const kubectl = '/usr/bin/kubectl';
const without = withoutControlPlane();

let site: KubernetesSite;
let dir: string;

const settings = {
  image: 'example.test/kubectl:1',
  namespace: NAMESPACE,
  serviceAccount: 'dead-man',
  afterSeconds: 120,
  runsWithinSeconds: 30,
};
const scale = {
  type: 'scale-to-zero',
  kind: 'Deployment',
  namespace: NAMESPACE,
  workloads: { names: ['api'] },
};
const cordon = { type: 'cordon', nodes: { names: ['node-1'] } };
const isolate = { type: 'isolate', pods: { namespace: NAMESPACE, labels: { app: 'api' } } };

describe('the script of a dead-man', () => {
  it('waits until its time, but never longer than it was given', async () => {
    const now = Math.floor(Date.now() / 1000);
    const slept: string[] = [];
    for (const at of [now - 100, now + 50, now + 5_000]) {
      slept.push((await shell(deadManScript([], { at, atMost: 60 }))).slept);
    }
    expect(slept[0]).toBe('');
    expect(Number(slept[1])).toBeGreaterThan(40);
    expect(Number(slept[1])).toBeLessThanOrEqual(50);
    expect(slept[2]).toBe('60');
  });

  it('calls kubectl with exactly these words, whatever is in them', async () => {
    const words = ['patch', `it's "quoted"`, '$HOME `id` \\ *', '[{"op":"test"}]'];
    const { called, code } = await shell(deadManScript([words, ['second']], { at: 0, atMost: 1 }));
    expect(called).toEqual([words, ['second']]);
    expect(code).toBe(0);
  });

  it('tries again what fails, does the rest all the same, and says in the end that it failed', async () => {
    const { called, code } = await shell(
      deadManScript([['fail'], ['other']], { at: 0, atMost: 1, tries: 3 }),
    );
    expect(called).toEqual([['fail'], ['other'], ['fail'], ['other'], ['fail'], ['other']]);
    expect(code).toBe(1);
  });
});

describe.skipIf(leftOut(without))('the dead-man on a cluster', () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ordeal-dead-man-'));
    site = await startKubernetesSite();
    await site.createWorkload('Deployment', 'api', 3);
    await site.settled('app=api', 3);
    await site.cluster.core.createNamespacedServiceAccount({
      namespace: NAMESPACE,
      body: { metadata: { name: 'dead-man' } },
    });
  });
  afterAll(async () => {
    await site.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  afterEach(() => {
    site.standIn.jobsRun = true;
  });

  it('stands and runs before the fault is in, and goes when it was undone', async () => {
    const config = await site.pinned(site.config(scale, { deadMan: settings }));
    expect(kubernetesDriver.unattended(config)).toEqual({ by: 'dead-man', afterSeconds: 120 });
    const at = Date.now() / 1000;
    await kubernetesDriver.inject(config, driving());
    const [job] = await site.jobs();
    const { metadata } = await site.workload('deployments', 'api');
    const changed = metadata?.managedFields?.find(({ fieldsV1 }) =>
      JSON.stringify(fieldsV1).includes('ordeal/fault'),
    );
    expect(Date.parse(String(job?.metadata?.creationTimestamp))).toBeLessThanOrEqual(
      Date.parse(String(changed?.time)),
    );
    expect(job?.status?.ready).toBe(1);
    const spec = job?.spec;
    expect(spec).toMatchObject({ activeDeadlineSeconds: 240 });
    expect(spec?.template.spec).toMatchObject({
      serviceAccountName: 'dead-man',
      restartPolicy: 'OnFailure',
      containers: [{ image: 'example.test/kubectl:1' }],
    });
    const script = spec?.template.spec?.containers[0]?.command?.[2] ?? '';
    expect(Number(/\$\(\((\d+) -/.exec(script)?.[1])).toBeGreaterThanOrEqual(Math.floor(at + 120));
    expect(script).toContain('deployment/api');
    await kubernetesDriver.heal(entryOf(config), driving());
    expect(await site.jobs()).toEqual([]);
    await site.settled('app=api', 3);
  });

  it('that does not run is none: nothing is injected', async () => {
    site.standIn.jobsRun = false;
    const deadMan = { ...settings, runsWithinSeconds: 2 };
    const config = await site.pinned(site.config(scale, { deadMan }));
    await expect(kubernetesDriver.inject(config, driving())).rejects.toThrow(
      /dead-man .* does not run after 2 s, so nothing is injected/,
    );
    expect((await site.workload('deployments', 'api')).spec?.replicas).toBe(3);
    expect(await kubernetesDriver.status(config, driving())).toMatchObject({ state: 'present' });
    await kubernetesDriver.heal(entryOf(config), driving());
    expect(await kubernetesDriver.status(config, driving())).toEqual({ state: 'absent' });
  });

  it('needs its service account', async () => {
    const deadMan = { ...settings, serviceAccount: 'nobody' };
    const config = await site.pinned(site.config(scale, { deadMan }));
    await expect(kubernetesDriver.inject(config, driving())).rejects.toThrow(/nobody is not there/);
    expect(await site.jobs()).toEqual([]);
  });

  it('is asked for by a fault without a timer, and may not be cut off by it', () => {
    expect(kubernetesDriver.unattended(site.config(isolate))).toMatchObject({ by: 'nobody' });
    const all = { type: 'isolate', pods: { namespace: NAMESPACE } };
    const cut = kubernetesDriver.parse(site.raw(all, { deadMan: settings }), 'here');
    expect(cut).toMatchObject({ ok: false, diagnostics: [{ path: 'here.deadMan.namespace' }] });
    const elsewhere = { ...settings, namespace: 'kube-system' };
    expect(kubernetesDriver.parse(site.raw(all, { deadMan: elsewhere }), 'here').ok).toBe(true);
  });

  it('does not run on a node that is taken away', async () => {
    const config = await site.pinned(site.config(cordon, { deadMan: settings }));
    await kubernetesDriver.inject(config, driving());
    const [job] = await site.jobs();
    expect(JSON.stringify(job?.spec?.template.spec?.affinity)).toContain(
      '{"key":"metadata.name","operator":"NotIn","values":["node-1"]}',
    );
    await kubernetesDriver.heal(entryOf(config), driving());
  });

  // With a real kubectl, and no more rights than the manifest gives. Only its waiting is left out.
  it.each([
    ['scale-to-zero', scale, {}],
    ['cordon', cordon, {}],
    ['isolate', isolate, {}],
    ['isolate one pod', isolate, { choose: { count: 1 } }],
  ])('undoes %s by its own command and with its own rights', async (_, fault, more) => {
    const config = await site.pinned(site.config(fault, { ...more, deadMan: settings }));
    await grant(config);
    await kubernetesDriver.inject(config, driving());
    expect(await kubernetesDriver.status(config, driving())).toMatchObject({ state: 'present' });
    const { code, stderr } = await fire();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const status = await kubernetesDriver.status(config, driving());
    expect(status).toMatchObject({ state: 'present', detail: expect.stringMatching(/^its dead-man/) });
    const said: string[] = [];
    await kubernetesDriver.heal(entryOf(config), driving(said));
    expect(await kubernetesDriver.status(config, driving())).toEqual({ state: 'absent' });
    expect(await site.settled('app=api', 3)).toBe(true);
    const { metadata } = await site.workload('deployments', 'api');
    expect(metadata?.labels).toEqual({ team: 'shop' });
  });

  it('leaves alone what somebody else has scaled since', async () => {
    const config = await site.pinned(site.config(scale, { deadMan: settings }));
    await grant(config);
    await kubernetesDriver.inject(config, driving());
    await site.scale('api', 5);
    expect((await fire(1)).code).toBe(1);
    expect((await site.workload('deployments', 'api')).spec?.replicas).toBe(5);
    await kubernetesDriver.heal(entryOf(config), driving());
    await site.scale('api', 3);
  });
});

/** Runs a script in the shell, with a `sleep` and a `kubectl` that only note how they were called. */
async function shell(script: string) {
  const bin = mkdtempSync(join(tmpdir(), 'ordeal-shell-'));
  try {
    writeFileSync(join(bin, 'sleep'), '#!/bin/sh\necho "sleep $1"\n', { mode: 0o700 });
    const note = '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done; echo\n[ "$1" != fail ]\n';
    writeFileSync(join(bin, 'kubectl'), note, { mode: 0o700 });
    const child = execFile('/bin/sh', ['-c', script], { env: { PATH: `${bin}:/usr/bin:/bin` } });
    let out = '';
    child.stdout?.on('data', (data: string) => {
      out += data;
    });
    const [code] = (await once(child, 'close')) as [number];
    const lines = out.split('\n').filter((line) => line !== '');
    const slept = lines.find((line) => line.startsWith('sleep '))?.slice('sleep '.length) ?? '';
    const called = lines.filter((line) => line.includes('\0')).map((line) => line.split('\0').slice(0, -1));
    return { code, slept, called };
  } finally {
    rmSync(bin, { recursive: true, force: true });
  }
}

/** Applies the manifest of the dead-man's rights. */
async function grant(config: KubernetesConfig): Promise<void> {
  const scope = await openScope(config, driving(), 5_000);
  const { rights } = actionOf(scope).deadMan(config.pinned?.objects ?? []);
  if (config.deadMan === undefined) throw new Error('no dead-man');
  const items = deadManManifest(config.deadMan, rights);
  await apply({ apiVersion: 'v1', kind: 'List', items } as KubernetesObject);
}

async function apply(object: KubernetesObject): Promise<void> {
  const file = join(dir, 'manifest.json');
  writeFileSync(file, JSON.stringify(object));
  const { code, stderr } = await run(kubectl, ['apply', '--filename', file], site.plane.kubeconfig);
  if (code !== 0) throw new Error(stderr);
}

/** Does what the dead-man's pod would do at its time, as its service account. */
async function fire(tries = 5): Promise<{ readonly code: number; readonly stderr: string }> {
  const [job] = await site.jobs();
  const script = (job?.spec?.template.spec?.containers[0]?.command?.[2] ?? '')
    .replace(/\$\(\(\d+ -/, '$((0 -')
    .replace('1 2 3 4 5', tries === 1 ? '5' : '1 2 3 4 5');
  const { status } = await site.cluster.core.createNamespacedServiceAccountToken({
    namespace: NAMESPACE,
    name: 'dead-man',
    body: { spec: { audiences: [], expirationSeconds: 3_600 } },
  });
  const kubeconfig = join(dir, 'dead-man.kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'pod',
      contexts: [{ name: 'pod', context: { cluster: 'pod', user: 'pod' } }],
      clusters: [
        {
          name: 'pod',
          cluster: {
            server: site.plane.server,
            'certificate-authority-data': Buffer.from(site.plane.certificate).toString('base64'),
          },
        },
      ],
      users: [{ name: 'pod', user: { token: status?.token } }],
    }),
  );
  // Rights take a moment to be seen by the server.
  await systemClock.sleep(300);
  return run('/bin/sh', ['-c', script], kubeconfig);
}

async function run(program: string, args: readonly string[], kubeconfig: string) {
  const child = execFile(program, [...args], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', KUBECONFIG: kubeconfig, HOME: dir },
  });
  let stderr = '';
  child.stderr?.on('data', (data: string) => {
    stderr += data;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, stderr };
}
