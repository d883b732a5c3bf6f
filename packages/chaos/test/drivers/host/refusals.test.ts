import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill, ppid } from 'node:process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostDriver } from '../../../src/drivers/host.ts';
import { startDaemon, type DaemonFixture } from '../../fixtures/daemon.ts';
import { makeNamespace, mayMakeNamespaces, type NamespaceFixture } from '../../fixtures/namespace.ts';
import { hasSshServer, startSshServer, type SshServerFixture } from '../../fixtures/ssh-server.ts';
import { configOf, context, entryOf, leftOf } from './subjects.ts';

/** Tried where it changes nothing. */
const kernelDelays =
  spawnSync('unshare', ['-n', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']).status ===
  0;

let daemon: DaemonFixture;
let dir: string;

beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-refusal-'));
});
afterEach(() => {
  if (!daemon.runs()) throw new Error('the process was not left alone');
  rmSync(dir, { recursive: true, force: true });
});

/** Why neither finding the targets nor injecting does anything; both say the same, and nothing is left. */
async function refusal(raw: unknown): Promise<string> {
  const config = configOf(raw);
  const messages = await Promise.allSettled([
    hostDriver.targets(config, context()),
    hostDriver.inject(config, context()),
  ]);
  const [found, injected] = messages.map((one) =>
    one.status === 'rejected' ? (one.reason as Error).message : 'it was not refused',
  );
  if (found !== injected) return `targets: ${found}; inject: ${injected}`;
  const left = leftOf(config);
  return left.length === 0 ? (found ?? '') : `left: ${left.join('; ')}`;
}

const freeze = (unit: object, on: object = {}) => ({
  on,
  action: 'freeze',
  endsAfterSeconds: 60,
  units: [{ name: 'it', ...unit }],
});

describe('a process is not touched', () => {
  it('when its id was taken over by a younger one than its pid file', async () => {
    const file = join(dir, 'pid');
    writeFileSync(file, `${Number.parseInt(daemon.identity() ?? '', 10)}\n`);
    await hostDriver.targets(configOf(freeze({ pidFile: file })), context());
    utimesSync(file, new Date('2020-01-01'), new Date('2020-01-01'));
    expect(await refusal(freeze({ pidFile: file }))).toMatch(/has only taken over the id/);
  });

  it('when its pid file holds anything else', async () => {
    const file = join(dir, 'pid');
    writeFileSync(file, '-1\n');
    expect(await refusal(freeze({ pidFile: file }))).toMatch(/holds no process id, but "-1"/);
  });

  it('when more processes have its command line than were meant', async () => {
    const [program, ...args] = daemon.commandLine;
    const twin = spawn(program, args, { stdio: 'ignore' });
    try {
      expect(await refusal(freeze({ commandLine: daemon.commandLine }))).toMatch(
        /2 processes have this command line, where at most 1/,
      );
      const both = configOf(freeze({ commandLine: daemon.commandLine, atMost: 2 }));
      const [target] = await hostDriver.targets(both, context());
      expect(target?.identity?.split(' ')).toHaveLength(2);
    } finally {
      twin.kill('SIGKILL');
      await once(twin, 'exit');
    }
  });

  it('when its command line only begins like the one that was meant, or is cut into other words', async () => {
    const [program, seconds] = daemon.commandLine;
    expect(await refusal(freeze({ commandLine: [program] }))).toMatch(/no process has this command line/);
    expect(await refusal(freeze({ commandLine: [`${program}${seconds}`] }))).toMatch(
      /no process has this command line/,
    );
  });

  it('when the suite runs under it', async () => {
    const file = join(dir, 'pid');
    writeFileSync(file, `${ppid}\n`);
    expect(await refusal(freeze({ pidFile: file }))).toMatch(
      /is what this very suite, or the host, runs under/,
    );
    writeFileSync(file, '1\n');
    expect(await refusal(freeze({ pidFile: file }))).toMatch(
      /is what this very suite, or the host, runs under/,
    );
  });

  it('when somebody else has stopped it', async () => {
    const stopped = spawn('sleep', ['60'], { stdio: 'ignore' });
    stopped.kill('SIGSTOP');
    const file = join(dir, 'pid');
    writeFileSync(file, `${stopped.pid}\n`);
    expect(await refusal(freeze({ pidFile: file }))).toMatch(/is stopped already, and not by this fault/);
    await hostDriver.heal(entryOf(configOf(freeze({ pidFile: file }))), context());
    expect(readFileSync(`/proc/${stopped.pid}/stat`, 'utf8')).toMatch(/\) T /);
    stopped.kill('SIGKILL');
    await once(stopped, 'exit');
  });

  it('when the machine is another one than was meant', async () => {
    const on = { machineId: '0'.repeat(32) };
    expect(await refusal(freeze({ pidFile: daemon.pidFile }, on))).toMatch(
      /another machine .* expected was 0{32}/,
    );
    const config = configOf(freeze({ pidFile: daemon.pidFile }, on));
    expect(await hostDriver.status(config, context())).toMatchObject({ state: 'unknown' });
    await expect(hostDriver.heal(entryOf(config), context())).rejects.toThrow(/another machine/);
  });

  it('when the very same fault is in already', async () => {
    const config = configOf(freeze({ pidFile: daemon.pidFile }));
    await hostDriver.inject(config, context());
    try {
      await expect(hostDriver.inject(config, context())).rejects.toThrow(/is stopped already|is in already/);
      expect(daemon.runs()).toBe(false);
    } finally {
      await hostDriver.heal(entryOf(config), context());
    }
  });
});

it('takes all processes of a tree where that is asked for', async () => {
  const file = join(dir, 'pid');
  const script = `sleep 61 & sleep 62 & echo $$ >${file}; wait`;
  const parent = spawn('sh', ['-c', script], { stdio: 'ignore', detached: true });
  try {
    await expect.poll(() => readdirSync(dir)).toEqual(['pid']);
    const tree = configOf(freeze({ pidFile: file, extent: 'tree' }));
    const acknowledged = await hostDriver.inject(tree, context());
    expect(acknowledged).toHaveLength(1);
    expect(acknowledged[0]?.detail).toMatch(/^sh \d+ stopped, sleep \d+ stopped, sleep \d+ stopped$/);
    await hostDriver.heal(entryOf(tree), context());
  } finally {
    kill(-(parent.pid ?? 0), 'SIGKILL');
  }
});

it('says so where there is no systemd', async () => {
  expect(await refusal(freeze({ systemd: 'nginx.service' }))).toMatch(
    /there is no systemd at work|knows no unit nginx.service/,
  );
});

describe('pressure is refused', () => {
  const disk = { action: 'disk', endsAfterSeconds: 60 };

  it('on memory that would leave too little', async () => {
    const raw = { action: 'memory', megabytes: 1_000_000_000, endsAfterSeconds: 60 };
    expect(await refusal(raw)).toMatch(/would leave less than 256 MiB/);
  });

  it('on a disk that would be left with too little', async () => {
    expect(await refusal({ ...disk, directory: dir, leaveMegabytes: 1_000_000_000 })).toMatch(
      /would leave less than/,
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  it('in a directory that is not there, and never makes it', async () => {
    const directory = join(dir, 'nowhere');
    expect(await refusal({ ...disk, directory, megabytes: 1, leaveMegabytes: 1 })).toMatch(
      /there is no directory/,
    );
  });

  it('where there is no stress-ng', async () => {
    const bin = mkdtempSync(join(dir, 'bin-'));
    writeFileSync(join(bin, 'command'), '');
    // `command -v` is what finds it: a shell function stands before what is on the path.
    const shell = join(bin, 'sh');
    writeFileSync(
      shell,
      '#!/bin/sh\n{ echo "has() { [ \\"\\$1\\" != stress-ng ] && command -v \\"\\$1\\" >/dev/null; }"; sed "/^has() /d"; } | exec /bin/sh -s\n',
    );
    chmodSync(shell, 0o755);
    const on = { through: ['env', `PATH=${bin}:/usr/sbin:/usr/bin:/bin`] };
    const config = configOf({ on, action: 'cpu', workers: 1, endsAfterSeconds: 60 });
    await expect(hostDriver.targets(config, context())).rejects.toThrow(/there is no stress-ng/);
  });
});

describe.skipIf(!mayMakeNamespaces)(
  `the network is left alone${mayMakeNamespaces ? '' : ' (skipped: network namespaces may not be made here)'}`,
  () => {
    let namespace: NamespaceFixture;
    beforeAll(async () => {
      namespace = await makeNamespace();
    });
    afterAll(() => namespace.stop());
    const shape = (more: object) => ({
      on: { through: namespace.through },
      device: 'near',
      endsAfterSeconds: 60,
      ...more,
    });

    const delayed = () => configOf(shape({ action: 'delay', milliseconds: 100 }));
    const device = () => namespace.output('tc', 'qdisc', 'show', 'dev', 'near');

    it.skipIf(kernelDelays)('when the kernel cannot delay', async () => {
      expect(await refusal(delayed())).toMatch(
        /tc cannot do "netem delay 100ms" here: .*qdisc kind is unknown/,
      );
      expect(await device()).toMatch(/^qdisc noqueue/);
    });

    it.skipIf(!kernelDelays)('once a delay was taken out', async () => {
      await hostDriver.inject(delayed(), context());
      expect(await device()).toMatch(/netem .*delay 100ms/);
      await hostDriver.heal(entryOf(delayed()), context());
      expect(await device()).toMatch(/^qdisc noqueue/);
    });

    it('when its device is shaped by somebody else, whose shape stays', async () => {
      await namespace.output('tc', 'qdisc', 'add', 'dev', 'near', 'root', 'handle', '1:', 'pfifo');
      const raw = shape({ action: 'bandwidth', kilobitsPerSecond: 100 });
      expect(await refusal(raw)).toMatch(/near is shaped already/);
      await hostDriver.heal(entryOf(configOf(raw)), context());
      expect(await namespace.output('tc', 'qdisc', 'show', 'dev', 'near')).toMatch(/^qdisc pfifo 1:/);
      await namespace.output('tc', 'qdisc', 'del', 'dev', 'near', 'root');
    });

    it('by a loss that keeps most packets, whose rules say so', async () => {
      const config = configOf({
        on: { through: namespace.through },
        action: 'network',
        effect: { kind: 'loss', percent: 30 },
        peers: [namespace.peer, 'fd00::/64'],
        ports: [5432, 6379],
        direction: 'out',
        endsAfterSeconds: 60,
      });
      const acknowledged = await hostDriver.inject(config, context());
      expect(acknowledged.map(({ target }) => target)).toEqual([
        `network to ${namespace.peer}`,
        'network to fd00::/64',
      ]);
      const rules = await namespace.output('nft', 'list', 'ruleset');
      expect(rules).toMatch(
        /ip daddr 10\.77\.0\.2 meta l4proto.*5432, 6379.*numgen random mod 100 < 30 .*drop/,
      );
      expect(rules).toMatch(/ip6 daddr fd00::\/64/);
      await hostDriver.heal(entryOf(config), context());
      expect(await namespace.output('nft', 'list', 'ruleset')).not.toMatch(/drop/);
    });

    it('when rules of somebody else are there: these stay', async () => {
      await namespace.output('iptables', '-A', 'OUTPUT', '-d', '10.99.0.1', '-j', 'DROP');
      for (const by of ['iptables', 'nftables']) {
        const on = { through: namespace.through };
        const effect = { kind: 'partition' };
        const config = configOf({
          on,
          action: 'network',
          effect,
          peers: ['10.77.0.2'],
          by,
          endsAfterSeconds: 60,
        });
        await hostDriver.inject(config, context());
        await hostDriver.heal(entryOf(config), context());
        const left = await namespace.output('iptables', '-S');
        expect(
          left
            .trim()
            .split('\n')
            .filter((line) => !line.startsWith('-P')),
        ).toEqual(['-A OUTPUT -d 10.99.0.1/32 -j DROP']);
      }
    });
  },
);

describe.skipIf(!hasSshServer)(
  `over SSH${hasSshServer ? '' : ' (skipped: there is no OpenSSH server here)'}`,
  () => {
    let server: SshServerFixture;
    beforeAll(async () => {
      server = await startSshServer();
    });
    afterAll(() => server.stop());

    it('a host with another key than the one that is known is not talked to', async () => {
      const ssh = { ...server.place, knownHostsFile: join(server.dir, 'other_hosts') };
      expect(await refusal(freeze({ pidFile: daemon.pidFile }, { ssh }))).toMatch(
        /cannot be reached: .*(?:IDENTIFICATION|verification failed)/i,
      );
    });

    it('a host that does not know our key is left alone', async () => {
      const ssh = { ...server.place, identityFile: join(server.dir, 'stranger') };
      expect(await refusal(freeze({ pidFile: daemon.pidFile }, { ssh }))).toMatch(
        /cannot be reached: .*Permission denied/,
      );
    });

    it.skipIf(!mayMakeNamespaces)('the connection that the fault comes over is not cut', async () => {
      const namespace = await makeNamespace();
      try {
        const raw = {
          on: { ssh: server.place, through: namespace.through },
          action: 'network',
          effect: { kind: 'partition' },
          peers: ['127.0.0.0/8'],
          endsAfterSeconds: 5,
        };
        expect(await refusal(raw)).toMatch(
          /127\.0\.0\.1, where this connection comes from, is among the peers/,
        );
      } finally {
        await namespace.stop();
      }
    });

    it('a name of a host that is an option of the client is no name', () => {
      const raw = freeze({ pidFile: '/x' }, { ssh: { ...server.place, host: '-oProxyCommand=true' } });
      expect(hostDriver.parse(raw, 'here')).toMatchObject({
        ok: false,
        diagnostics: [{ path: 'here.on.ssh.host' }],
      });
    });

    it('says where it takes place', async () => {
      const config = configOf(freeze({ pidFile: daemon.pidFile }, { ssh: server.place }));
      const where = `${server.place.user}@127.0.0.1:${server.place.port}`;
      expect(hostDriver.describe(config)).toBe(`it frozen (SIGSTOP) on ${where}`);
      expect((await hostDriver.targets(config, context()))[0]?.name).toBe(`it on ${where}`);
    });
  },
);
