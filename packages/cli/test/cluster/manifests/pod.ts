import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as here } from 'node:process';

/** A container's process as a kubelet starts it, as far as it knows a cluster by its environment and its files. */
export interface Container {
  /** Of its image: where it begins to look for programs. */
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly account: ServiceAccountFiles;
}

/** What is mounted for a pod's service account. */
export interface ServiceAccountFiles {
  readonly token: string;
  /** PEM of whoever signed the API server's certificate. */
  readonly ca: string;
  readonly namespace: string;
  /** `https://host:port` of the API server. */
  readonly server: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A namespace of mounts of its own: nobody else on this machine finds such an account. */
const OWN_MOUNTS = ['--map-root-user', '--mount'];
/** What a container has of its own there: the account, and the place of a machine's leases. */
const MOUNT = `set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/secrets/kubernetes.io
cp -r "$0" /run/secrets/kubernetes.io/serviceaccount
mkdir -m 1777 /run/lock
exec "$@"`;

/** Why nothing can be started so here; undefined when it can. */
export function withoutMounts(): string | undefined {
  const tried = spawnSync('unshare', [...OWN_MOUNTS, 'mount', '-t', 'tmpfs', 'tmpfs', '/run']);
  return tried.status === 0
    ? undefined
    : 'skipped: this machine lets nobody mount in a namespace of their own';
}

/** Runs it to its end. */
export async function runInPod({ cwd, argv, env, account }: Container): Promise<Ended> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-pod-'));
  try {
    const [files, home] = [join(dir, 'account'), join(dir, 'home')];
    for (const folder of [files, home]) mkdirSync(folder);
    writeFileSync(join(files, 'token'), account.token);
    writeFileSync(join(files, 'ca.crt'), account.ca);
    writeFileSync(join(files, 'namespace'), account.namespace);
    const { hostname, port } = new URL(account.server);
    const child = spawn('unshare', [...OWN_MOUNTS, '/bin/sh', '-c', MOUNT, files, ...argv], {
      cwd,
      // Nothing of this machine's: a kubeconfig that it may have is not the pod's.
      env: {
        PATH: here['PATH'],
        HOME: home,
        TMPDIR: dir,
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (said.stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (said.stderr += String(chunk)));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
