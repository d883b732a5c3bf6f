import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriverContext } from '@ordeal/shared/drivers/fault';
import { systemClock } from '@ordeal/shared/time/system-clock';
import type { UndoEntry } from '@ordeal/shared/undo/entry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCommandDeployment, readStatus } from '../../src/deployments/command.ts';
import { parseDeploymentConfig, type DeploymentConfig } from '../../src/deployments/config.ts';
import { DEPLOYMENT_DRIVER, deploymentHealer } from '../../src/deployments/healer.ts';

/** A version is what a file says; one that is `slow` is written late, by a process that goes on. */
const SCRIPT = `#!/bin/sh
dir=$(dirname "$0")
case $1 in
  start)
    case $2 in
      none) echo "there is no such version, password=hunter2" >&2; exit 3 ;;
      slow) sleep 30; echo slow > "$dir/version" ;;
    esac
    echo "$2" > "$dir/version"; echo "$3" > "$dir/run" ;;
  status) echo "looking"; printf '{"settled":true,"versions":["%s"]}\\n' "$(cat "$dir/version")" ;;
  back) echo "$2" > "$dir/version"; echo back >> "$dir/backs" ;;
esac
`;

let dir: string;
let commands: DeploymentConfig;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-deploy-'));
  const script = join(dir, 'deploy');
  writeFileSync(script, SCRIPT, { mode: 0o700 });
  const parsed = parseDeploymentConfig(
    {
      what: 'a file',
      start: { argv: [script, 'start', '{{version}}', '{{run}}'] },
      status: { argv: [script, 'status'] },
      rollBack: { argv: [script, 'back', '{{version}}'] },
    },
    'deployments.file',
  );
  if (!parsed.ok) throw new Error('the settings are right');
  commands = parsed.value;
});
beforeEach(() => {
  writeFileSync(join(dir, 'version'), '1\n');
  rmSync(join(dir, 'backs'), { force: true });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const context = (ms = 60_000): DriverContext => ({
  clock: systemClock,
  signal: AbortSignal.timeout(ms),
  say: () => undefined,
});
const version = (): string => readFileSync(join(dir, 'version'), 'utf8').trim();
const entry = (config: unknown): UndoEntry => ({
  id: 'e1',
  sequence: 1,
  driver: DEPLOYMENT_DRIVER,
  config,
  describe: 'version 2 is deployed',
  deadline: '2026-01-01T00:00:00Z',
  createdAt: '2026-01-01T00:00:00Z',
  revives: 'nothing',
});

describe('a deployment by commands', () => {
  it('starts, tells how it stands by the last line of its status, and goes back', async () => {
    const driver = createCommandDeployment(commands, 'run-7');
    await driver.start('2', context());
    expect(readFileSync(join(dir, 'run'), 'utf8')).toBe('run-7\n');
    expect(await driver.status(context())).toEqual({ settled: true, versions: ['2'], detail: '' });
    await driver.rollBack('1', context());
    expect((await driver.status(context())).versions).toEqual(['1']);
  });

  it('says what a command said, without its secrets', async () => {
    const driver = createCommandDeployment(commands, 'run');
    const failed = driver.start('none', context());
    await expect(failed).rejects.toThrow(
      /Starting to deploy none failed with exit code 3: there is no such version/,
    );
    await expect(failed).rejects.not.toThrow(/hunter2/);
  });

  it.each([
    ['', 'which is no JSON'],
    ['all is well', 'which is no JSON'],
    ['{"settled":true}', 'expected { "settled"'],
    ['{"settled":"yes","versions":["1"]}', 'expected { "settled"'],
  ])('takes no half answer: %s', (printed, sentence) => {
    expect(() => readStatus(printed)).toThrow(sentence);
  });

  it('names every mistake in its settings', () => {
    const parsed = parseDeploymentConfig(
      { what: '', start: { argv: ['x', '{{target}}'] }, status: { argv: [] }, rollback: {} },
      'deployments.api.config',
    );
    const paths = parsed.ok ? [] : parsed.diagnostics.map(({ path }) => path);
    expect(paths.join(' ')).toMatch(/what.*start\.argv.*status\.argv.*rollBack/);
  });
});

describe('healing a deployment', () => {
  it('goes back from the entry alone, twice and from where nothing was deployed', async () => {
    writeFileSync(join(dir, 'version'), '2\n');
    const undo = entry({ run: 'run', version: '1', commands });
    for (let round = 1; round <= 2; round += 1) {
      await deploymentHealer.heal(undo, context());
      expect(version()).toBe('1');
    }
  });

  it('ends a start that is still under way: nothing is deployed after it', async () => {
    const driver = createCommandDeployment(commands, 'run');
    const started = driver.start('slow', context());
    started.catch(() => undefined);
    await systemClock.sleep(300);
    await deploymentHealer.heal(entry({ run: 'run', version: '1', commands }), context());
    await expect(started).rejects.toThrow('SIGKILL');
    expect(version()).toBe('1');
    expect(existsSync(join(dir, 'backs'))).toBe(true);
  });

  it('does not call healed what another version serves', async () => {
    const stays = { ...commands, rollBack: { ...commands.rollBack, argv: ['/bin/true'] as [string] } };
    writeFileSync(join(dir, 'version'), '2\n');
    // Its time is over when it waits for the next look, and not at a time that a busy machine may miss.
    const over = new AbortController();
    const ending: DriverContext = {
      ...context(),
      signal: over.signal,
      clock: {
        ...systemClock,
        sleep: async (ms, signal) => {
          if (signal === over.signal) over.abort(new Error('its time is over'));
          await systemClock.sleep(ms, signal);
        },
      },
    };
    await expect(
      deploymentHealer.heal(entry({ run: 'run', version: '1', commands: stays }), ending),
    ).rejects.toThrow('Version 1 does not serve alone yet: 2 serve.');
  });
});
