import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { env, kill } from 'node:process';
import { pidOf, processIdentity } from '@ordeal/shared/process/identity';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { PatroniNode, PatroniStoreConfig } from '../../../src/drivers/patroni/config.ts';
import { runningServer } from '../../../src/drivers/postgres/server.ts';
import { freePorts } from '../two-servers.ts';
import { relayTo, type Relay } from './relay.ts';

/** Times of the leader lock, in seconds. */
export interface LockTimes {
  readonly ttl: number;
  readonly loopWait: number;
  readonly retryTimeout: number;
}

/** Three real Patroni nodes with an etcd. Every way between two of them leads through a relay that can be cut. */
export interface PatroniCluster {
  readonly config: PatroniStoreConfig;
  readonly nodes: Readonly<Record<string, PatroniNode>>;
  /** Kills the node with all its processes, as when its machine is gone. */
  kill(name: string): void;
  /** Stops Patroni as an administrator does. Resolves when it was asked to. */
  stop(name: string): void;
  /** Stops the node's processes in their tracks: all, or Patroni alone, with its server running on. */
  freeze(name: string, what: 'everything' | 'patroni'): void;
  thaw(name: string): void;
  /** Cuts the node off from etcd and from the other nodes. Clients still reach it. */
  partition(name: string): void;
  mend(name: string): void;
  start(name: string): void;
  log(name: string): string;
  dispose(): Promise<void>;
}

const programs = { patroni: '/usr/bin/patroni', etcd: env['ETCD_BIN'] ?? '/usr/bin/etcd' };

/** Why there can be no Patroni here; undefined when there can. */
export function withoutPatroni(): string | undefined {
  const lacks = Object.entries(programs).filter(([, path]) => !executable(path));
  return lacks.length === 0
    ? undefined
    : `skipped: there is no ${lacks.map(([name]) => name).join(' and no ')} (apt-get install patroni python3-etcd etcd-server)`;
}

export async function patroniCluster(times: LockTimes, names = ['a', 'b', 'c']): Promise<PatroniCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-patroni-'));
  const owner = userInfo().uid === 0 ? ownerOf('postgres') : undefined;
  if (owner) chownSync(dir, owner.uid, owner.gid);
  const as = owner
    ? ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups']
    : ['/usr/bin/env'];
  const run = (argv: readonly string[]): void => {
    execFileSync(argv[0] ?? '', argv.slice(1), { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const [etcdPort = 0, peerPort = 0, ...ports] = await freePorts(2 + names.length * 2);
  const etcd = spawn(
    programs.etcd,
    [
      `--data-dir=${join(dir, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    ],
    { cwd: dir, stdio: 'ignore', env: {} },
  );
  const relays: Record<string, readonly Relay[]> = {};
  const nodes: Record<string, PatroniNode> = {};
  const dataDir = (name: string): string => join(dir, name);
  for (const [index, name] of names.entries()) {
    const [api = 0, postgres = 0] = ports.slice(index * 2);
    const [toEtcd, toApi, toPostgres] = await Promise.all([etcdPort, api, postgres].map(relayTo));
    if (!toEtcd || !toApi || !toPostgres) throw new Error('three relays were made');
    relays[name] = [toEtcd, toApi, toPostgres];
    writeFileSync(
      join(dir, `${name}.yml`),
      // JSON is YAML.
      JSON.stringify(settingsOf(name, dataDir(name), times, { api, postgres, toEtcd, toApi, toPostgres })),
    );
    writeFileSync(join(dir, `${name}.sh`), script(dir, name));
    nodes[name] = {
      name,
      region: name,
      member: name,
      api: `http://127.0.0.1:${api}`,
      url: `postgresql://postgres@127.0.0.1:${postgres}/postgres`,
      service: {
        start: [...as, 'sh', join(dir, `${name}.sh`), 'start'],
        stop: [...as, 'sh', join(dir, `${name}.sh`), 'stop'],
      },
    };
  }
  const patroniOf = (name: string): readonly number[] => {
    try {
      const pid = Number(readFileSync(join(dir, `${name}.pid`), 'utf8'));
      return processIdentity(pid) === undefined ? [] : [pid];
    } catch {
      return [];
    }
  };
  const serverOf = (name: string): readonly number[] => {
    const server = runningServer(dataDir(name));
    if (server === undefined) return [];
    const children = execFileSync('sh', ['-c', 'pgrep -P "$0" || true', String(pidOf(server))], {
      encoding: 'utf8',
    });
    return [pidOf(server), ...children.split('\n').filter(Boolean).map(Number)];
  };
  const signal = (pids: readonly number[], what: NodeJS.Signals): void => {
    for (const pid of pids) {
      try {
        kill(pid, what);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  };
  const frozen = new Map<string, readonly number[]>();
  const cluster: PatroniCluster = {
    config: { scope: 'ordeal', nodes: Object.values(nodes), promoteWithinSeconds: 60 },
    nodes,
    kill: (name) => {
      // Patroni first, or it would start its server again.
      const pids = [...patroniOf(name), ...serverOf(name)];
      signal(pids, 'SIGKILL');
      while (pids.some((pid) => processIdentity(pid) !== undefined)) execFileSync('sleep', ['0.01']);
    },
    stop: (name) => signal(patroniOf(name), 'SIGTERM'),
    freeze: (name, what) => {
      const pids = [...patroniOf(name), ...(what === 'everything' ? serverOf(name) : [])];
      frozen.set(name, pids);
      signal(pids, 'SIGSTOP');
    },
    thaw: (name) => signal(frozen.get(name) ?? [], 'SIGCONT'),
    partition: (name) => relays[name]?.forEach((relay) => relay.cut()),
    mend: (name) => relays[name]?.forEach((relay) => relay.mend()),
    start: (name) => run(nodes[name]?.service?.start ?? []),
    log: (name) => readFileSync(join(dir, `${name}.log`), 'utf8'),
    dispose: async () => {
      for (const name of names) cluster.kill(name);
      const gone = once(etcd, 'exit');
      if (etcd.kill('SIGKILL')) await gone;
      await Promise.all(Object.values(relays).flatMap((all) => all.map((relay) => relay.close())));
      rmSync(dir, { recursive: true, force: true });
    },
  };
  try {
    await etcdAnswers(etcdPort);
    for (const name of names) cluster.start(name);
    await allRun(nodes, names);
  } catch (error) {
    const logs = names.map((name) => cluster.log(name).split('\n').slice(-15).join('\n'));
    await cluster.dispose();
    throw new Error(`the three nodes did not come up:\n${logs.join('\n--\n')}`, { cause: error });
  }
  return cluster;
}

/** Patroni dies of an etcd that does not know its own version yet. */
async function etcdAnswers(port: number): Promise<void> {
  const deadline = systemClock.now() + 30_000;
  for (;;) {
    const text = await fetch(`http://127.0.0.1:${port}/version`, { signal: AbortSignal.timeout(1000) })
      .then(async (answer) => await answer.text())
      .catch(() => '');
    if (/"etcdcluster":"\d/.test(text)) return;
    if (systemClock.now() > deadline) throw new Error(`etcd does not come up: ${text}`);
    await systemClock.sleep(50);
  }
}

async function allRun(nodes: Readonly<Record<string, PatroniNode>>, names: readonly string[]): Promise<void> {
  const deadline = systemClock.now() + 90_000;
  const good = async (): Promise<boolean> => {
    try {
      const answer = await fetch(`${nodes[names[0] ?? '']?.api}/cluster`, {
        signal: AbortSignal.timeout(1000),
      });
      const { members } = (await answer.json()) as {
        members: { role: string; state: string; lag?: unknown }[];
      };
      const leads = members.filter((one) => one.role === 'leader' && one.state === 'running').length;
      const follows = members.filter(
        (one) => one.role === 'replica' && /running|streaming/.test(one.state) && one.lag === 0,
      ).length;
      return leads === 1 && follows === names.length - 1;
    } catch {
      return false;
    }
  };
  while (!(await good())) {
    if (systemClock.now() > deadline) throw new Error('not within 90 s');
    await systemClock.sleep(100);
  }
}

interface NodePorts {
  readonly api: number;
  readonly postgres: number;
  readonly toEtcd: Relay;
  readonly toApi: Relay;
  readonly toPostgres: Relay;
}

function settingsOf(name: string, dataDir: string, times: LockTimes, ports: NodePorts): object {
  return {
    scope: 'ordeal',
    name,
    restapi: { listen: `127.0.0.1:${ports.api}`, connect_address: `127.0.0.1:${ports.toApi.port}` },
    // Otherwise it would ask etcd for its addresses, and go past the relay.
    etcd3: { hosts: [`127.0.0.1:${ports.toEtcd.port}`], use_proxies: true },
    bootstrap: {
      dcs: {
        ttl: times.ttl,
        loop_wait: times.loopWait,
        retry_timeout: times.retryTimeout,
        maximum_lag_on_failover: 1048576,
        postgresql: { use_pg_rewind: true, parameters: { wal_retrieve_retry_interval: '500ms' } },
      },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, 'no-sync'],
    },
    postgresql: {
      listen: `127.0.0.1:${ports.postgres}`,
      connect_address: `127.0.0.1:${ports.toPostgres.port}`,
      data_dir: dataDir,
      bin_dir: dirname(testTools().postgres),
      pgpass: `${dataDir}.pgpass`,
      authentication: { superuser: { username: 'postgres' }, replication: { username: 'postgres' } },
      basebackup: [{ checkpoint: 'fast' }],
      pg_hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'],
      parameters: { unix_socket_directories: '', fsync: 'off', shared_buffers: '16MB' },
    },
  };
}

/** The node's service: `stop` leaves nothing of it running, whatever state it is in. */
function script(dir: string, name: string): string {
  return `cd ${dir}
alive() { [ -d "/proc/$1" ] && ! grep -q ') Z' "/proc/$1/stat"; }
case $1 in
start)
  # One that is still stopping holds the ports.
  while [ -f ${name}.pid ] && alive "$(cat ${name}.pid)"; do sleep 0.05; done
  setsid ${programs.patroni} ${dir}/${name}.yml >>${name}.log 2>&1 </dev/null &
  echo $! >${name}.pid
  ;;
stop)
  pid=$(cat ${name}.pid)
  kill -TERM "$pid" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do alive "$pid" || break; sleep 0.3; done
  server=$(head -1 ${name}/postmaster.pid 2>/dev/null)
  if alive "$pid"; then kill -KILL "$pid"; fi
  if [ -n "$server" ] && alive "$server"; then
    children=$(pgrep -P "$server")
    kill -KILL "$server" $children
    while alive "$server"; do sleep 0.05; done
  fi
  exit 0
  ;;
esac
`;
}

function ownerOf(user: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
