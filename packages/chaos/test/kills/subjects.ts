import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configOf, leftOf, subjects } from '../drivers/host/subjects.ts';
import { startToxiproxy } from '../fixtures/toxiproxy.ts';

/** Something real that a fault of one driver can break, and a look at what is left of it. */
export interface KillSubject {
  readonly raw: object;
  works(): Promise<boolean>;
  /** Looks past the driver; empty when nothing is left. */
  left(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface KillSubjectMaker {
  readonly driver: string;
  /** Of the moments of its driver it gets this share. */
  readonly share: number;
  readonly skipped: string | undefined;
  make(): Promise<KillSubject>;
}

const hosts = Object.entries(subjects);
/** What cannot be tried here leaves its moments to the others. */
const triedHosts = hosts.filter(([, { skipped }]) => skipped === undefined).length;

export const killSubjects: Readonly<Record<string, KillSubjectMaker>> = {
  ...Object.fromEntries(
    hosts.map(([name, { skipped, make }]) => [
      `host: ${name}`,
      {
        driver: 'host',
        share: 1 / triedHosts,
        skipped,
        make: async () => {
          const subject = await make();
          const raw = subject.raw({});
          return {
            raw,
            works: () => subject.works(),
            left: async () => leftOf(configOf(raw)),
            stop: () => subject.stop(),
          };
        },
      } satisfies KillSubjectMaker,
    ]),
  ),
  'proxy: timeout': {
    driver: 'proxy',
    share: 0.5,
    skipped: undefined,
    make: () => proxy({ type: 'timeout' }),
  },
  'proxy: down': { driver: 'proxy', share: 0.5, skipped: undefined, make: () => proxy({ type: 'down' }) },
  'command: a frozen process': { driver: 'command', share: 1, skipped: undefined, make: command },
};

async function proxy(toxic: object): Promise<KillSubject> {
  const toxiproxy = await startToxiproxy();
  return {
    raw: { api: toxiproxy.api, proxies: ['one', 'two'], toxic },
    works: async () => (await toxiproxy.serves('one')) && (await toxiproxy.serves('two')),
    left: async () => [...(await toxiproxy.left('one')), ...(await toxiproxy.left('two'))],
    stop: toxiproxy.stop,
  };
}

/** What an operator's script may be: it takes its time, and may be cut off between its deeds. */
const SCRIPT = `#!/bin/sh
dir=$(dirname "$0")
pid=$(cat "$dir/pid")
case $1 in
  freeze) touch "$dir/frozen"; sleep 0.05; kill -STOP "$pid" ;;
  look) case $(cut -d' ' -f3 "/proc/$pid/stat") in T) exit 1 ;; esac; [ ! -e "$dir/frozen" ] || exit 1 ;;
  thaw) kill -CONT "$pid"; rm -f "$dir/frozen" ;;
esac
`;

async function command(): Promise<KillSubject> {
  const dir = mkdtempSync(join(tmpdir(), 'ordeal-kills-'));
  const script = join(dir, 'fault');
  writeFileSync(script, SCRIPT, { mode: 0o700 });
  const victim = spawn('sleep', ['7200'], { stdio: 'ignore' });
  writeFileSync(join(dir, 'pid'), String(victim.pid));
  const state = (): string | undefined => readFileSync(`/proc/${victim.pid}/stat`, 'utf8').split(' ')[2];
  return {
    raw: {
      what: 'freezes a process',
      targets: ['it'],
      inject: { argv: [script, 'freeze'] },
      status: { argv: [script, 'look'] },
      heal: { argv: [script, 'thaw'] },
    },
    works: async () => state() === 'S',
    left: async () => [
      ...(state() === 'T' ? [`process ${victim.pid} is stopped`] : []),
      ...(existsSync(join(dir, 'frozen')) ? ['the note of it'] : []),
    ],
    stop: async () => {
      victim.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
