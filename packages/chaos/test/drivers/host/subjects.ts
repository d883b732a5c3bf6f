import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { leftOut } from '@ordeal/shared/testing/left-out';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { hostDriver } from '../../../src/drivers/host.ts';
import type { HostConfig } from '../../../src/drivers/host/config.ts';
import { tokenOf } from '../../../src/drivers/host/script/fault-script.ts';
import { startDaemon } from '../../fixtures/daemon.ts';
import { makeNamespace, mayMakeNamespaces } from '../../fixtures/namespace.ts';
import { marked } from '../../fixtures/marked.ts';

/** Something real that one kind of host fault can break. */
export interface Subject {
  /** As a person would write it, for a fault on the given host. */
  raw(on: object): object;
  /** The same, so that it hits nothing there is. */
  empty(on: object): object;
  /** A mistake that its schema must tell, and where. */
  readonly mistake: { readonly raw: object; readonly place: string };
  works(): Promise<boolean>;
  stop(): Promise<void>;
}

export interface SubjectMaker {
  /** Why it cannot be tried on this machine. */
  readonly skipped?: string;
  make(): Promise<Subject>;
}

const NO_MACHINE = { machineId: '0'.repeat(32) };
const noNamespaces = mayMakeNamespaces ? {} : { skipped: 'network namespaces may not be made here' };

export const subjects: Readonly<Record<string, SubjectMaker>> = {
  'kill by pid file': {
    make: async () => {
      const daemon = await startDaemon();
      const unit = { name: 'daemon', pidFile: daemon.pidFile, start: daemon.start };
      const raw = (on: object, pidFile = daemon.pidFile) => ({
        on,
        action: 'kill',
        replacedBy: 'nobody',
        readyWithinSeconds: 10,
        endsAfterSeconds: 60,
        units: [{ ...unit, pidFile }],
      });
      return {
        raw: (on) => raw(on),
        empty: (on) => raw(on, join(daemon.dir, 'nowhere')),
        mistake: { raw: { ...raw({}), signal: 'SIGSTOP' }, place: '.signal' },
        works: async () => daemon.runs(),
        stop: daemon.stop,
      };
    },
  },
  'stop by command line': {
    make: async () => {
      const daemon = await startDaemon();
      const raw = (on: object, commandLine = daemon.commandLine) => ({
        on,
        action: 'stop',
        readyWithinSeconds: 10,
        units: [{ name: 'daemon', commandLine, start: daemon.start }],
      });
      return {
        raw: (on) => raw(on),
        empty: (on) => raw(on, ['sleep', 'for', 'nobody']),
        mistake: { raw: { ...raw({}), graceSeconds: 0 }, place: '.graceSeconds' },
        works: async () => daemon.runs(),
        stop: daemon.stop,
      };
    },
  },
  freeze: {
    make: async () => {
      const daemon = await startDaemon();
      const raw = (on: object, pidFile = daemon.pidFile) => ({
        on,
        action: 'freeze',
        endsAfterSeconds: 60,
        units: [{ name: 'daemon', pidFile }],
      });
      return {
        raw: (on) => raw(on),
        empty: (on) => raw(on, join(daemon.dir, 'nowhere')),
        mistake: { raw: { ...raw({}), endsAfterSeconds: 0 }, place: '.endsAfterSeconds' },
        works: async () => daemon.runs(),
        stop: daemon.stop,
      };
    },
  },
  cpu: {
    make: async () => {
      const raw = (on: object) => ({
        on,
        action: 'cpu',
        workers: 1,
        loadPercent: 20,
        endsAfterSeconds: 60,
      });
      return {
        raw,
        empty: (on) => raw({ ...on, ...NO_MACHINE }),
        mistake: { raw: { ...raw({}), workers: 'some' }, place: '.workers' },
        works: async () =>
          !marked().some(
            ({ command }) =>
              command.startsWith('stress-ng --quiet --keep-name --temp-path') && command.includes('--cpu 1 '),
          ),
        stop: async () => undefined,
      };
    },
  },
  memory: {
    make: async () => {
      const raw = (on: object) => ({ on, action: 'memory', megabytes: 64, endsAfterSeconds: 60 });
      return {
        raw,
        empty: (on) => raw({ ...on, ...NO_MACHINE }),
        mistake: { raw: { ...raw({}), megabytes: -1 }, place: '.megabytes' },
        works: async () => !marked().some(({ command }) => command.includes('--vm-bytes 64m')),
        stop: async () => undefined,
      };
    },
  },
  disk: {
    make: async () => {
      const directory = mkdtempSync(join(tmpdir(), 'ordeal-disk-'));
      const raw = (on: object, where = directory) => ({
        on,
        action: 'disk',
        directory: where,
        megabytes: 16,
        leaveMegabytes: 100,
        endsAfterSeconds: 60,
      });
      return {
        raw: (on) => raw(on),
        empty: (on) => raw(on, join(directory, 'nowhere')),
        mistake: { raw: { ...raw({}), directory: 'here' }, place: '.directory' },
        works: async () => readdirSync(directory).length === 0,
        stop: async () => rmSync(directory, { recursive: true, force: true }),
      };
    },
  },
  'partition by nftables': networkSubject('nftables', 'nft'),
  'partition by iptables': networkSubject('iptables', 'iptables'),
  bandwidth: {
    ...noNamespaces,
    make: async () => {
      const namespace = await makeNamespace();
      const raw = (on: object, device = 'near') => ({
        on: { ...on, through: namespace.through },
        action: 'bandwidth',
        device,
        kilobitsPerSecond: 512,
        endsAfterSeconds: 60,
      });
      return {
        raw: (on) => raw(on),
        empty: (on) => raw(on, 'nowhere'),
        mistake: { raw: { ...raw({}), device: 'a b' }, place: '.device' },
        works: async () =>
          /noqueue 0: root/.test(await namespace.output('tc', 'qdisc', 'show', 'dev', 'near', 'root')),
        stop: namespace.stop,
      };
    },
  },
};

function networkSubject(by: 'nftables' | 'iptables', program: string): SubjectMaker {
  const isThere = !leftOut(
    ['/usr/sbin', '/sbin', '/usr/bin'].some((dir) => existsSync(join(dir, program)))
      ? undefined
      : `skipped: there is no ${program} here (npm run setup -- --tests)`,
  );
  return {
    ...(isThere ? noNamespaces : { skipped: `there is no ${program} here` }),
    make: async () => {
      const namespace = await makeNamespace();
      const raw = (on: object, through = namespace.through) => ({
        on: { ...on, through },
        action: 'network',
        effect: { kind: 'partition' },
        peers: [namespace.peer],
        by,
        endsAfterSeconds: 60,
      });
      return {
        raw: (on) => raw(on),
        empty: (on) => raw(on, ['ip', 'netns', 'exec', 'ordeal-nowhere']),
        mistake: { raw: { ...raw({}), peers: ['db.example'] }, place: '.peers[0]' },
        works: namespace.reaches,
        stop: namespace.stop,
      };
    },
  };
}

export function configOf(raw: unknown): HostConfig {
  const parsed = hostDriver.parse(raw, 'config');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value;
}

/** What of a fault is left on this machine, from a look past the driver: its folder and its processes. */
export function leftOf(config: HostConfig): readonly string[] {
  const token = tokenOf(config);
  const folder = `/tmp/ordeal-fault-${token}`;
  return [
    ...(existsSync(folder) ? [`${folder}: ${readdirSync(folder).join(' ')} ${logOf(folder)}`] : []),
    ...marked()
      .filter((one) => one.token === token)
      .map(({ pid, command }) => `process ${pid}: ${command}`),
  ];
}

function logOf(folder: string): string {
  const log = join(folder, 'log');
  return existsSync(log) ? readFileSync(log, 'utf8') : '';
}

export function context(): DriverContext {
  return { clock: systemClock, signal: AbortSignal.timeout(25_000), say: () => undefined };
}

export function entryOf(config: HostConfig): UndoEntry {
  const instant = new Date().toISOString();
  return {
    id: '0001-aa',
    sequence: 1,
    driver: 'host',
    config,
    describe: 'fault',
    deadline: instant,
    createdAt: instant,
    revives: 'nothing',
  };
}
