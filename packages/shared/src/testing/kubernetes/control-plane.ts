import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../time/system-clock.ts';
import { testProgram, withoutPrograms } from '../test-program.ts';

/** A Kubernetes of the test's own: etcd and a real kube-apiserver, without nodes and without controllers. */
export interface ControlPlane {
  readonly server: string;
  /** Of a user who may do everything. */
  readonly token: string;
  /** PEM of the certificate that the server shows. */
  readonly certificate: string;
  /** Path of a kubeconfig for that user; its context is `ordeal-test`. */
  readonly kubeconfig: string;
  /** The kubeconfig of a user who has no rights but those that a test gives to `restricted`. */
  readonly restrictedKubeconfig: string;
  /** The API server's process, to be frozen or killed by tests. */
  readonly apiServer: () => ChildProcess;
  /** Ends the API server at once, and starts it again on the same store and port. */
  restartApiServer(): Promise<void>;
  killApiServer(): Promise<void>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/** Why there can be no control plane here; undefined when there can. */
export function withoutControlPlane(): string | undefined {
  return withoutPrograms('kube-apiserver', 'etcd');
}

/** Brings the control plane up, in some seconds. */
export async function startControlPlane(): Promise<ControlPlane> {
  const program = testProgram('kube-apiserver');
  const etcdProgram = testProgram('etcd');
  if (program === undefined || etcdProgram === undefined) throw new Error(withoutControlPlane());
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-kubernetes-'));
  const [etcdPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()]);
  const tokens = { admin: randomBytes(16).toString('hex'), restricted: randomBytes(16).toString('hex') };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(dir, 'service-account.key');
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(
    join(dir, 'tokens.csv'),
    `${tokens.admin},admin,admin,"system:masters"\n${tokens.restricted},restricted,restricted\n`,
  );
  const etcd = start(dir, 'etcd', etcdProgram, [
    `--data-dir=${join(dir, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
  ]);
  const server = `https://127.0.0.1:${port}`;
  const startServer = (): ChildProcess =>
    start(dir, 'kube-apiserver', program, [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${join(dir, 'certificates')}`,
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--token-auth-file=${join(dir, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--disable-admission-plugins=ServiceAccount',
      '--allow-privileged=true',
    ]);
  let apiServer = startServer();
  const kill = async (): Promise<void> => end(apiServer);
  const stop = async (): Promise<void> => {
    await kill();
    await end(etcd);
    rmSync(dir, { recursive: true, force: true });
  };
  const ready = async (): Promise<void> => {
    const deadline = systemClock.now() + READY_WITHIN_MS;
    while (!(await answersReady(`${server}/readyz`, tokens.admin))) {
      if (systemClock.now() > deadline || apiServer.exitCode !== null) {
        const log = readFileSync(join(dir, 'kube-apiserver.log'), 'utf8').split('\n').slice(-15).join('\n');
        throw new Error(`kube-apiserver is not ready:\n${log}`);
      }
      await systemClock.sleep(50);
    }
  };
  try {
    await ready();
  } catch (error) {
    await stop();
    throw error;
  }
  const certificate = readFileSync(join(dir, 'certificates', 'apiserver.crt'), 'utf8');
  const configFor = (user: keyof typeof tokens): string => {
    const path = join(dir, `${user}.kubeconfig`);
    writeFileSync(path, kubeconfig(server, certificate, user, tokens[user]), { mode: 0o600 });
    return path;
  };
  return {
    server,
    token: tokens.admin,
    certificate,
    kubeconfig: configFor('admin'),
    restrictedKubeconfig: configFor('restricted'),
    apiServer: () => apiServer,
    killApiServer: kill,
    restartApiServer: async () => {
      await kill();
      apiServer = startServer();
      await ready();
    },
    stop,
  };
}

function kubeconfig(server: string, certificate: string, user: string, token: string): string {
  // JSON is YAML.
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'ordeal-test',
    contexts: [{ name: 'ordeal-test', context: { cluster: 'ordeal-test', user } }],
    clusters: [
      {
        name: 'ordeal-test',
        cluster: { server, 'certificate-authority-data': Buffer.from(certificate).toString('base64') },
      },
    ],
    users: [{ name: user, user: { token } }],
  });
}

function start(dir: string, name: string, program: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(dir, `${name}.log`), 'a', 0o600);
  try {
    return spawn(program, args, { cwd: dir, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

// The certificate is the server's own, of this moment: who it is matters later, to the clients under test.
function answersReady(url: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request(
      url,
      { rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` }, timeout: 1000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asking.on('error', () => resolve(false));
    asking.on('timeout', () => asking.destroy());
    asking.end();
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
