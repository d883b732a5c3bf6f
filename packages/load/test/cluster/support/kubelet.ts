import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ControlPlane } from '@ordeal/shared/testing/kubernetes/control-plane';
import { AdminError, MERGE, type Admin } from './admin.ts';

const NODE = 'stand-in';

export interface StandInPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** Files of the container, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Arguments of k6; paths of the container's files in them are put in their place. */
  readonly args: readonly string[];
}

/**
 * A stand-in for the kubelet of one node: its pods are entries of the real API server, and behind each of them a real k6
 * runs as a process of this machine. It reports their state, serves their logs (the API server asks it for them, as it
 * would ask any kubelet), and ends those that are deleted. It knows no images, no volumes and no limits.
 */
export interface Kubelet {
  start(pod: StandInPod): Promise<void>;
  /** A pod that cannot begin, with the reason that Kubernetes would give. */
  pend(pod: StandInPod, why: { readonly reason: string; readonly message: string }): Promise<void>;
  /** Ends a pod's k6 with a signal; `reason` is what Kubernetes would say of it. */
  kill(pod: string, signal: NodeJS.Signals, reason: string): Promise<void>;
  /** Takes a pod away, as an eviction or a lost node does. */
  evict(pod: string): Promise<void>;
  exitCode(pod: string): number | undefined;
  stdout(pod: string): string;
  /** How many k6 processes run. */
  running(): number;
  stop(): Promise<void>;
}

interface Held {
  readonly pod: StandInPod;
  readonly child: ChildProcess | undefined;
  readonly log: { text: string; stdout: string };
  exitCode: number | undefined;
  reason: string;
  readonly exited: Promise<void>;
}

export async function startKubelet(plane: ControlPlane, admin: Admin, k6: string): Promise<Kubelet> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-pods-'));
  const held = new Map<string, Held>();
  const stopping = new AbortController();
  const certificates = join(dirname(plane.kubeconfig), 'certificates');
  const server = createServer(
    {
      cert: readFileSync(join(certificates, 'apiserver.crt')),
      key: readFileSync(join(certificates, 'apiserver.key')),
    },
    (request, response) => {
      const url = new URL(request.url ?? '/', 'https://kubelet');
      const [, what, , name = ''] = url.pathname.split('/');
      const log = held.get(name)?.log.text;
      if (what !== 'containerLogs' || log === undefined) {
        response.writeHead(404).end('no such container');
        return;
      }
      const lines = log.trimEnd().split('\n');
      response.end(`${lines.slice(-Number(url.searchParams.get('tailLines') ?? lines.length)).join('\n')}\n`);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } };
  await admin('POST', '/api/v1/nodes', node);
  await admin(
    'PATCH',
    `/api/v1/nodes/${NODE}/status`,
    {
      status: {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: (server.address() as AddressInfo).port } },
      },
    },
    MERGE,
  );

  const path = ({ namespace, name }: StandInPod): string => `/api/v1/namespaces/${namespace}/pods/${name}`;
  const report = async (pod: StandInPod, phase: string, state: object): Promise<void> => {
    const status = {
      phase,
      containerStatuses: [
        { name: 'k6', image: 'stand-in', imageID: '', ready: phase === 'Running', restartCount: 0, state },
      ],
    };
    // A pod that is gone needs no report; an API server that is away is told later.
    await admin('PATCH', `${path(pod)}/status`, { status }, MERGE).catch(async (error: unknown) => {
      if (error instanceof AdminError || stopping.signal.aborted) return;
      await pause();
      await report(pod, phase, state);
    });
  };
  const create = async (pod: StandInPod): Promise<void> => {
    await admin('POST', `/api/v1/namespaces/${pod.namespace}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: pod.name, labels: pod.labels },
      spec: {
        nodeName: NODE,
        restartPolicy: 'Never',
        containers: [{ name: 'k6', image: 'stand-in', env: pod.env }],
      },
    });
  };

  const reaping = reap();
  async function reap(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const one of held.values()) {
        const found = await admin<{ metadata: { deletionTimestamp?: string } }>('GET', path(one.pod)).catch(
          (error: unknown) => (error instanceof AdminError && error.status === 404 ? 'gone' : undefined),
        );
        if (found === undefined) continue;
        if (found === 'gone') {
          one.child?.kill('SIGKILL');
          held.delete(one.pod.name);
        } else if (found.metadata.deletionTimestamp !== undefined) {
          one.child?.kill('SIGTERM');
          await one.exited;
          await admin('DELETE', path(one.pod), { gracePeriodSeconds: 0 }).catch(() => undefined);
          held.delete(one.pod.name);
        }
      }
      await pause();
    }
  }

  return {
    async start(pod) {
      await create(pod);
      const root = join(dir, pod.name);
      const place = (text: string): string =>
        Object.keys(pod.files).reduce((now, file) => now.replaceAll(file, join(root, file)), text);
      for (const [file, text] of Object.entries(pod.files)) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      }
      mkdirSync(root, { recursive: true });
      const child = spawn(k6, pod.args.map(place), {
        cwd: root,
        env: { HOME: root, ...Object.fromEntries(pod.env.map(({ name, value }) => [name, place(value)])) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const log = { text: '', stdout: '' };
      child.stdout.on('data', (chunk: Buffer) => {
        log.text += chunk.toString();
        log.stdout += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => (log.text += chunk.toString()));
      const one: Held = {
        pod,
        child,
        log,
        exitCode: undefined,
        reason: 'Error',
        exited: once(child, 'close').then(async ([code, signal]) => {
          const number = code === null ? (signal === 'SIGKILL' ? 137 : 143) : (code as number);
          const reason = number === 0 ? 'Completed' : one.reason;
          const instant = new Date().toISOString();
          await report(pod, number === 0 ? 'Succeeded' : 'Failed', {
            terminated: { exitCode: number, reason, startedAt: instant, finishedAt: instant },
          });
          one.exitCode = number;
        }),
      };
      held.set(pod.name, one);
      await report(pod, 'Running', { running: { startedAt: new Date().toISOString() } });
    },
    async pend(pod, why) {
      await create(pod);
      held.set(pod.name, {
        pod,
        child: undefined,
        log: { text: '', stdout: '' },
        exitCode: undefined,
        reason: '',
        exited: Promise.resolve(),
      });
      await report(pod, 'Pending', { waiting: why });
    },
    async kill(name, signal, reason) {
      const one = held.get(name);
      if (one?.child === undefined) throw new Error(`no k6 in pod ${name}`);
      one.reason = reason;
      one.child.kill(signal);
      await one.exited;
    },
    async evict(name) {
      const one = held.get(name);
      if (one === undefined) throw new Error(`no pod ${name}`);
      one.child?.kill('SIGKILL');
      await admin('DELETE', path(one.pod), { gracePeriodSeconds: 0 });
    },
    exitCode: (name) => held.get(name)?.exitCode,
    stdout: (name) => held.get(name)?.log.stdout ?? '',
    running: () =>
      [...held.values()].filter(({ child, exitCode }) => child !== undefined && exitCode === undefined)
        .length,
    async stop() {
      stopping.abort();
      await reaping;
      for (const { child, exited } of held.values()) {
        child?.kill('SIGKILL');
        await exited;
      }
      await closeServer(server);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
