import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestRun, TestRunPod } from '../../../src/distributed/kubernetes/testrun-types.ts';
import { MERGE, type Admin } from './admin.ts';
import type { Kubelet, StandInPod } from './kubelet.ts';

/**
 * A stand-in for k6-operator, built after the source of its version 1.6.0: the same stages in the same order, the same
 * names, labels, jobs and services, the same commands, segments and tags, the word to start over k6's REST interface,
 * and `finished` whether or not runners failed. It polls where the operator watches, makes the pods that the job
 * controller would make, and keeps no conditions. It shows how Ordeal gets along with what it does; that k6-operator
 * does just this only a cluster with k6-operator can show.
 */
export interface OperatorStandIn {
  /** While true TestRuns are not looked at. */
  asleep: boolean;
  /** A runner, from 1, whose pod cannot begin. */
  unplaceable: number | undefined;
  /** Leaves the runners waiting for the word to start. */
  neverStarts: boolean;
  /** Stages that it has set, in order, by TestRun. */
  readonly stages: ReadonlyMap<string, readonly string[]>;
  /** Commands of the runners, as they were started. */
  readonly commands: ReadonlyMap<string, readonly string[]>;
  stop(): Promise<void>;
}

export interface OperatorParts {
  readonly admin: Admin;
  readonly kubelet: Kubelet;
  readonly namespace: string;
  /** Where the claims of volumes are on this machine. */
  readonly claims: Readonly<Record<string, string>>;
}

export function startOperator({ admin, kubelet, namespace, claims }: OperatorParts): OperatorStandIn {
  const stages = new Map<string, string[]>();
  const commands = new Map<string, readonly string[]>();
  const ports = new Map<string, number>();
  const stopping = new AbortController();
  const state = { asleep: false, unplaceable: undefined as number | undefined, neverStarts: false };
  const testRuns = `/apis/k6.io/v1alpha1/namespaces/${namespace}/testruns`;

  const come = async (name: string, stage: string): Promise<void> => {
    stages.set(name, [...(stages.get(name) ?? []), stage]);
    await admin('PATCH', `${testRuns}/${name}/status`, { status: { stage } }, MERGE);
  };
  const labelsFor = (name: string, pod: TestRunPod | undefined): Record<string, string> => ({
    ...pod?.metadata?.labels,
    app: 'k6',
    k6_cr: name,
  });

  const filesOf = async ({ spec }: TestRun): Promise<{ script: string; files: Record<string, string> }> => {
    const files: Record<string, string> = {};
    for (const { name, mountPath } of spec.runner?.volumeMounts ?? []) {
      const secret = spec.runner?.volumes?.find((volume) => volume.name === name)?.secret?.secretName;
      if (secret === undefined) throw new Error('the stand-in mounts secrets alone');
      const { data } = await admin<{ data: Record<string, string> }>(
        'GET',
        `/api/v1/namespaces/${namespace}/secrets/${secret}`,
      );
      for (const [key, value] of Object.entries(data)) {
        files[`${mountPath}/${key}`] = Buffer.from(value, 'base64').toString();
      }
    }
    const { configMap, volumeClaim, localFile } = spec.script;
    if (volumeClaim !== undefined) {
      const script = `/test/${volumeClaim.file ?? 'test.js'}`;
      files[script] = readFileSync(
        join(claims[volumeClaim.name] ?? '', volumeClaim.file ?? 'test.js'),
        'utf8',
      );
      return { script, files };
    }
    if (configMap !== undefined) {
      const { data } = await admin<{ data: Record<string, string> }>(
        'GET',
        `/api/v1/namespaces/${namespace}/configmaps/${configMap.name}`,
      );
      const script = `/test/${configMap.file ?? 'test.js'}`;
      files[script] = data[configMap.file ?? 'test.js'] ?? '';
      return { script, files };
    }
    return { script: localFile ?? '', files };
  };
  const podOf = async (
    testRun: TestRun,
    job: string,
    pod: TestRunPod | undefined,
  ): Promise<Omit<StandInPod, 'args'>> => {
    const { files } = await filesOf(testRun);
    return {
      namespace,
      name: `${job}-x1`,
      labels: { ...labelsFor(testRun.metadata.name!, pod), 'job-name': job },
      env: (pod?.env ?? []).map(({ name, value = '' }) => ({ name, value })),
      files,
    };
  };
  const own = async (
    testRun: TestRun,
    kind: 'jobs' | 'services',
    name: string,
    pod?: TestRunPod,
  ): Promise<void> => {
    const owner = {
      apiVersion: testRun.apiVersion,
      kind: 'TestRun',
      name: testRun.metadata.name,
      uid: testRun.metadata.uid,
    };
    const metadata = { name, labels: labelsFor(testRun.metadata.name!, pod), ownerReferences: [owner] };
    await (kind === 'jobs'
      ? admin('POST', `/apis/batch/v1/namespaces/${namespace}/jobs`, {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata,
          spec: {
            backoffLimit: 0,
            template: {
              metadata: { labels: metadata.labels },
              spec: { restartPolicy: 'Never', containers: [{ name: 'k6', image: pod?.image ?? 'none' }] },
            },
          },
        })
      : admin('POST', `/api/v1/namespaces/${namespace}/services`, {
          apiVersion: 'v1',
          kind: 'Service',
          metadata,
          spec: { ports: [{ name: 'http-api', port: 6565 }], selector: { 'job-name': name } },
        }));
  };

  const reconcile = async (testRun: TestRun): Promise<void> => {
    const { spec } = testRun;
    const name = testRun.metadata.name!;
    const numbers = Array.from({ length: spec.parallelism }, (_, index) => index + 1);
    switch (testRun.status?.stage ?? '') {
      case '': {
        await come(name, 'initialization');
        const { script } = await filesOf(testRun);
        await own(testRun, 'jobs', `${name}-initializer`, spec.runner);
        await kubelet.start({
          ...(await podOf(testRun, `${name}-initializer`, spec.runner)),
          args: ['inspect', '--execution-requirements', script],
        });
        return;
      }
      case 'initialization': {
        const pod = `${name}-initializer-x1`;
        const exitCode = kubelet.exitCode(pod);
        if (exitCode === undefined) return;
        const enough =
          exitCode === 0 &&
          (JSON.parse(kubelet.stdout(pod)) as { maxVUs: number }).maxVUs >= spec.parallelism;
        await come(name, enough ? 'initialized' : 'error');
        return;
      }
      case 'initialized': {
        const { script } = await filesOf(testRun);
        for (const number of numbers) {
          const job = `${name}-${number}`;
          const runner = {
            ...spec.runner,
            metadata: { labels: { ...spec.runner?.metadata?.labels, runner: 'true' } },
          };
          await own(testRun, 'jobs', job, runner);
          await own(testRun, 'services', `${name}-service-${number}`, runner);
          const pod = await podOf(testRun, job, runner);
          if (state.unplaceable === number) {
            await kubelet.pend(
              { ...pod, args: [] },
              { reason: 'ImagePullBackOff', message: 'Back-off pulling image "no/such:image"' },
            );
            continue;
          }
          const port = await freePort();
          ports.set(job, port);
          const segments =
            spec.parallelism > 1
              ? [
                  `--execution-segment=${number === 1 ? '0' : `${number - 1}/${spec.parallelism}`}:${number === spec.parallelism ? '1' : `${number}/${spec.parallelism}`}`,
                  `--execution-segment-sequence=0,${numbers
                    .slice(0, -1)
                    .map((one) => `${one}/${spec.parallelism},`)
                    .join('')}1`,
                ]
              : [];
          const args = [
            'run',
            ...(spec.quiet === 'false' ? [] : ['--quiet']),
            ...segments,
            ...(spec.args ?? (spec.arguments ?? '').split(/\s+/).filter((one) => one !== '')),
            script,
            // The operator says 0.0.0.0:6565: here all pods share one machine.
            `--address=127.0.0.1:${port}`,
            ...(spec.paused === 'false' ? [] : ['--paused']),
            '--tag',
            `instance_id=${number}`,
            '--tag',
            `testrun_name=${name}`,
          ];
          commands.set(job, args);
          await kubelet.start({ ...pod, args });
        }
        await come(name, 'created');
        return;
      }
      case 'created': {
        if (state.unplaceable !== undefined) return;
        const up = await Promise.all(numbers.map((number) => status(ports.get(`${name}-${number}`)!)));
        if (up.includes(false)) return;
        await own(testRun, 'jobs', `${name}-starter`, spec.starter);
        if (!state.neverStarts) {
          for (const number of numbers) await unpause(ports.get(`${name}-${number}`)!);
        }
        await come(name, 'started');
        return;
      }
      case 'started': {
        const ended = numbers.filter((number) => kubelet.exitCode(`${name}-${number}-x1`) !== undefined);
        if (ended.length === numbers.length) await come(name, 'stopped');
        return;
      }
      case 'stopped':
        await come(name, 'finished');
        return;
      default:
    }
  };

  const working = work();
  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (!state.asleep) {
        const list = await admin<{ items: TestRun[] }>('GET', testRuns).catch(() => ({ items: [] }));
        for (const testRun of list.items) {
          // What was deleted meanwhile is looked at no more.
          await reconcile({ ...testRun, apiVersion: 'k6.io/v1alpha1', kind: 'TestRun' }).catch(
            () => undefined,
          );
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  return Object.assign(state, {
    stages,
    commands,
    async stop() {
      stopping.abort();
      await working;
    },
  });
}

async function status(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/v1/status`).then(
    (response) => response.ok,
    () => false,
  );
}

async function unpause(port: number): Promise<void> {
  await fetch(`http://127.0.0.1:${port}/v1/status`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      data: { attributes: { paused: false, stopped: false }, id: 'default', type: 'status' },
    }),
  });
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
