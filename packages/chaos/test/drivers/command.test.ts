import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { faultDriverContract } from '@ordeal/shared/testing/fault-driver-contract';
import { testTools } from '@ordeal/shared/testing/tools';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandDriver } from '../../src/drivers/command.ts';
import { markOf, type CommandConfig } from '../../src/drivers/command/config.ts';

const run = promisify(execFile);
const programs = import.meta.dirname;

/** Freezes and thaws the real processes `one` and `two`, as an operator's script would. */
const SCRIPT = `#!/bin/sh
dir=$(dirname "$0")
pid=$(cat "$dir/$2.pid" 2>/dev/null) || { [ "$1" = list ] || { echo "no $2" >&2; exit 9; }; }
case $1 in
  list) echo one; echo two ;;
  freeze) kill -STOP "$pid"; echo "froze $2 for $3" ;;
  look) case $(cut -d' ' -f3 "/proc/$pid/stat") in T) echo "$2 is frozen"; exit 1 ;; S) exit 0 ;; *) exit 5 ;; esac ;;
  thaw) kill -CONT "$pid" ;;
  slow) sleep 0.3; kill -STOP "$pid" ;;
  hang) trap 'echo ended > "$dir/ended"; exit 0' TERM; : > "$dir/hangs"; sleep 60 & wait ;;
  leak) echo "db at postgres://app:hunter2@db/x, password=hunter3 and $(cat "$dir/secret")"; exit 3 ;;
  flood) head -c 3000000 /dev/zero | tr '\\\\0' x; exit 3 ;;
esac
`;

let dir: string;
let script: string;
const children: Record<string, ChildProcess> = {};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-command-'));
  script = join(dir, 'fault');
  writeFileSync(script, SCRIPT, { mode: 0o700 });
  writeFileSync(join(dir, 'secret'), 'correct-horse\n');
  for (const name of ['one', 'two']) {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    children[name] = child;
    writeFileSync(join(dir, `${name}.pid`), String(child.pid));
  }
});
afterAll(() => {
  for (const child of Object.values(children)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

function raw(more: object = {}): object {
  return {
    what: 'freezes a process',
    targets: ['one', 'two'],
    inject: { argv: [script, 'freeze', '{{target}}', '{{run}}'] },
    status: { argv: [script, 'look', '{{target}}'] },
    heal: { argv: [script, 'thaw', '{{target}}'] },
    ...more,
  };
}

describe('the command driver', () => {
  const cases = faultDriverContract(() => ({
    driver: commandDriver,
    raw: raw(),
    empty: configOf(raw({ targets: { argv: ['true'] } })),
    mistaken: {
      raw: raw({
        what: '',
        inject: { argv: [] },
        status: { argv: [script, '{{ place }}'], withinSeconds: 0 },
        heal: { argv: ['A=b'] },
      }),
      places: ['.what', '.inject.argv[0]', '.status.argv[1]', '.status.withinSeconds', '.heal.argv[0]'],
    },
    works: async () => ['one', 'two'].every((name) => stateOf(name) === 'S'),
    healElsewhere: async (entry) => {
      await run(testTools().node, [join(programs, 'command-heal.main.ts'), entry]);
    },
  }));
  it.each(cases)('$name', async ({ run: check }) => {
    await expect(check()).resolves.toBeUndefined();
  });

  it('lists its targets by a command, chooses of them by the seed, and hits no other', async () => {
    const config = configOf(raw({ targets: { argv: [script, 'list'] }, choose: { count: 1 } }));
    const pinned = await commandDriver.pin(config, { run: 'run-7', seed: 3 }, context());
    expect(pinned).toEqual(await commandDriver.pin(config, { run: 'run-7', seed: 3 }, context()));
    const [chosen] = pinned.pinned?.targets ?? [];
    expect(markOf(pinned)).toBe(markOf(config));
    const said: string[] = [];
    await commandDriver.inject(pinned, context(said));
    try {
      expect(said.join()).toMatch(`froze ${chosen} for run-7`);
      const other = chosen === 'one' ? 'two' : 'one';
      expect([stateOf(chosen ?? ''), stateOf(other)]).toEqual(['T', 'S']);
      expect(await commandDriver.status(config, context())).toMatchObject({ state: 'present' });
    } finally {
      await commandDriver.heal(entryOf(pinned), context());
    }
    expect(stateOf(chosen ?? '')).toBe('S');
  });

  it.each([
    [{ argv: ['sh', '-c', 'exit 2'] }, /exit code 2; 0 says absent, 1 present/],
    [{ argv: ['/nowhere/at/all'] }, /exit code 127/],
    [{ argv: ['sh', '-c', 'kill -9 $$'] }, /SIGKILL/],
    [{ argv: ['sleep', '60'], withinSeconds: 0.2 }, /took longer than 0\.2 s/],
  ])('takes %j for neither present nor absent', async (status, reason) => {
    const config = configOf(raw({ status }));
    const seen = await commandDriver.status(config, context());
    expect(seen).toMatchObject({ state: 'unknown', reason: expect.stringMatching(reason) });
    await expect(commandDriver.heal(entryOf(config), context())).rejects.toThrow(reason);
  });

  it('does not believe a command that says it has injected when its status shows nothing', async () => {
    const config = configOf(raw({ inject: { argv: ['true'] } }));
    await expect(commandDriver.inject(config, context())).rejects.toThrow(/status shows nothing of it/);
  });

  it('does not believe a command that says it has healed when its status shows the fault', async () => {
    const config = configOf(raw({ heal: { argv: ['true'] } }));
    await commandDriver.inject(config, context());
    await expect(commandDriver.heal(entryOf(config), context())).rejects.toThrow(
      /is frozen after it was healed/,
    );
    await commandDriver.heal(entryOf(configOf(raw())), context());
  });

  it('ends an inject command, with all that it has started, when nobody waits any more', async () => {
    const config = configOf(raw({ targets: ['one'], inject: { argv: [script, 'hang', 'one'] } }));
    const controller = new AbortController();
    const injecting = commandDriver.inject(config, { ...context(), signal: controller.signal });
    while (!existsSync(join(dir, 'hangs'))) await systemClock.sleep(10);
    controller.abort(new Error('told to'));
    await expect(injecting).rejects.toThrow('told to');
    expect(readFileSync(join(dir, 'ended'), 'utf8')).toBe('ended\n');
    expect(await marked(markOf(config))).toEqual([]);
  });

  it('shows the end of what a command says, without secrets and without all of it', async () => {
    const leaking = configOf(
      raw({ inject: { argv: [script, 'leak', 'one'] }, secretFiles: [join(dir, 'secret'), '/nowhere'] }),
    );
    const said: string[] = [];
    const failed = await commandDriver.inject(leaking, context(said)).catch(String);
    for (const text of [said.join(), String(failed)]) {
      expect(text).toMatch(/postgres:\/\/\[hidden\]@db\/x, password=\[hidden\] and \[hidden\]/);
      expect(text).not.toMatch(/hunter|correct-horse/);
    }
    const flooding = configOf(raw({ inject: { argv: [script, 'flood', 'one'] } }));
    const flooded = await commandDriver.inject(flooding, context(said)).catch(String);
    expect(String(flooded).length).toBeLessThan(600);
  });

  it('says what ends the fault when we are gone', () => {
    expect(commandDriver.unattended(configOf(raw()))).toMatchObject({ by: 'nobody' });
    expect(commandDriver.unattended(configOf(raw({ endsAfterSeconds: 60 })))).toEqual({
      by: 'target',
      afterSeconds: 60,
    });
  });

  it.each([0, 40, 120, 240, 290, 310, 400])(
    'leaves nothing when its runner is killed %d ms into an injection',
    async (ms) => {
      const written = raw({ inject: { argv: [script, 'slow', '{{target}}'] } });
      const injector = spawn(
        testTools().node,
        [join(programs, 'command-inject.main.ts'), JSON.stringify(written)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(injector.stdout, 'data');
      await systemClock.sleep(ms);
      const gone = once(injector, 'exit');
      injector.kill('SIGKILL');
      await gone;
      const config = configOf(written);
      await commandDriver.heal(entryOf(config), context());
      // Longer than the rest of the injection would have taken.
      await systemClock.sleep(400);
      expect([stateOf('one'), stateOf('two')]).toEqual(['S', 'S']);
      expect(await marked(markOf(config))).toEqual([]);
    },
  );
});

function stateOf(name: string): string | undefined {
  return readFileSync(`/proc/${children[name]?.pid}/stat`, 'utf8').split(' ')[2];
}

/** Processes that still carry the mark of an injection. */
async function marked(mark: string): Promise<readonly string[]> {
  const { stdout } = await run('sh', [
    '-c',
    `grep -l -z "^ORDEAL_INJECTS=${mark}$" /proc/[0-9]*/environ 2>/dev/null || true`,
  ]);
  return stdout.split('\n').filter((line) => line !== '');
}

function configOf(written: object): CommandConfig {
  const parsed = commandDriver.parse(written, 'config');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value;
}

function context(said: string[] = []): DriverContext {
  return { clock: systemClock, signal: AbortSignal.timeout(20_000), say: (message) => said.push(message) };
}

function entryOf(config: CommandConfig): UndoEntry {
  const instant = new Date().toISOString();
  return {
    id: '0001-aa',
    sequence: 1,
    driver: 'command',
    config,
    describe: 'fault',
    deadline: instant,
    createdAt: instant,
    revives: 'nothing',
  };
}
