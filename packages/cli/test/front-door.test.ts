import { execFile, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath, versions } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The command as a user calls it, without a lab: what it says to help, mistakes and missing things. */

const bin = join(import.meta.dirname, '..', 'bin', 'ordeal.js');
const shared = join(import.meta.dirname, '..', '..', 'shared', 'src');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-front-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function ordeal(args: readonly string[], changes: Record<string, string> = {}, cwd = dir) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(execPath, [bin, ...args], { cwd, env: { ...env, ...changes } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Writes a platform whose file holds `body` as what is built. */
function writePlatform(name: string, body: string): void {
  mkdirSync(join(dir, 'platforms', name, 'scenarios'), { recursive: true });
  writeFileSync(join(dir, 'platforms', name, 'platform.ts'), body);
}

describe('help', () => {
  it.each([
    'smoke',
    'load',
    'chaos',
    'drill',
    'gameday',
    'doctor',
    'plan',
    'judge',
    'check',
    'report',
    'recover',
    'stop',
  ])('%s has --help, --platform and --json', async (command) => {
    const { code, stdout } = await ordeal([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--platform');
    expect(stdout).toContain('--json');
  });
  it('lists all commands', async () => {
    const { code, stdout } = await ordeal(['--help']);
    expect(code).toBe(0);
    for (const name of [
      'smoke',
      'load',
      'chaos',
      'drill',
      'gameday',
      'lab',
      'doctor',
      'plan',
      'judge',
      'check',
      'report',
      'recover',
      'stop',
    ]) {
      expect(stdout).toContain(name);
    }
  });
});

it.each([
  [['help'], 0],
  [['help', 'smoke'], 0],
  [['lab', 'help', 'up'], 0],
  [[], 64],
  [['lab'], 64],
])('help that is asked for is no mistake, and no command is one: %j', async (args, expected) => {
  const { code, stdout, stderr } = await ordeal(args);
  expect(stdout + stderr).toContain('Usage: ordeal');
  expect(code).toBe(expected);
});

it.each(['--version', '-V'])('%s says what it is, and on which Node it runs', async (flag) => {
  const { code, stdout } = await ordeal([flag]);
  expect(stdout).toMatch(/^ordeal \d+\.\d+\.\d+, Node \d+\.\d+\.\d+\n$/);
  expect(stdout).toContain(`Node ${versions.node}\n`);
  expect(code).toBe(0);
});

describe('called further down than where the platforms are', { timeout: 120_000 }, () => {
  beforeEach(() => {
    const shipped = join(import.meta.dirname, '..', '..', '..', 'platforms', 'agentic-platform');
    cpSync(shipped, join(dir, 'platforms', 'shop'), { recursive: true });
  });
  const plan = (below: string, platform: string) =>
    ordeal(['plan', '--platform', platform, '--lab-name', 'not-there'], {}, join(dir, below));

  it.each([
    ['platforms', './shop'],
    ['platforms/shop', '.'],
    ['platforms/shop/journeys', '..'],
  ])('in %s it says where the platform is, and takes %s', async (below, path) => {
    const { code, stderr } = await plan(below, 'shop');
    expect(stderr).toContain(`one in ${join(dir, 'platforms')}: call ordeal in ${dir}, or with --platform `);
    expect(stderr).toContain(`--platform ${path}`);
    expect(code).toBe(64);
    expect((await plan(below, path)).stdout).toContain('Nothing was done.');
  });

  it('knows their names', async () => {
    expect((await plan('platforms', 'shopp')).stderr).toContain('did you mean "shop"?');
  });
});

describe('standard output that cannot be written', { timeout: 120_000 }, () => {
  const planInto = (file: string) => {
    const out = openSync(file, 'w');
    const { status, stderr } = spawnSync(execPath, [bin, 'plan', '--lab-name', 'not-there'], {
      cwd: dir,
      stdio: ['ignore', out, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(out);
    return { status, stderr };
  };

  it.skipIf(!existsSync('/dev/full'))('is no pass where there is no room for it', () => {
    const { status, stderr } = planInto('/dev/full');
    expect(stderr).toMatch(/Standard output could not be written: ENOSPC.*would have ended with 0/);
    expect(status).toBe(70);
  });

  it('is nothing to tell where nobody reads it any more', async () => {
    const shell = `'${execPath}' '${bin}' plan --lab-name not-there | true; echo "$PIPESTATUS"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', shell], { cwd: dir, encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['0\n', '']);
  });
});

describe('wrong usage ends with 64, in a sentence', () => {
  it.each([
    [['gamedy'], 'unknown command'],
    [['gameday', '--pase', 'short'], 'unknown option'],
    [['gameday', '--pace', 'slow'], 'Allowed choices are full, short'],
    [['gameday', '--seed', '-1'], 'whole number'],
    [['gameday', '--platform', 'agentic-platfrom'], 'did you mean "agentic-platform"?'],
    [['gameday', '--scenario', 'gamday'], 'did you mean "gameday"?'],
    [['gameday', '--sabotage', 'slow'], '--sabotage goes with --lab'],
    [['smoke', '--lab-name', 'not-there'], 'no lab "not-there" is up'],
    [['judge'], 'no finished run'],
    [['judge', 'nothing'], 'no run "nothing"'],
  ])('%j', async (args, sentence) => {
    const { code, stdout, stderr } = await ordeal(args);
    expect(stderr).toContain(sentence);
    expect(code).toBe(64);
    expect(stdout + stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(existsSync(join(dir, '.ordeal'))).toBe(false);
  });
});

describe('a platform file with mistakes', () => {
  it('lists all of them at once, with place, expectation, finding and hint, and touches nothing', async () => {
    writePlatform(
      'shop',
      `import { definePlatform } from '${shared}/platform/platform.ts';
       export default definePlatform(() => ({ name: 'Shop!', entry: 'nowhere', regions: [], timeoutMs: 'soon' }));`,
    );
    const { code, stderr } = await ordeal(['smoke', '--platform', 'shop']);
    expect(code).toBe(64);
    for (const field of ['name', 'entry', 'regions', 'timeoutMs', 'guardrails']) {
      expect(stderr).toContain(`platforms/shop/platform.ts: ${field}`);
    }
    expect(stderr.match(/expected {2}/g)?.length).toBeGreaterThan(5);
    expect(stderr).toContain('nothing was touched');
    expect(existsSync(join(dir, '.ordeal'))).toBe(false);
  });

  it.each([
    ['a syntax error', 'export default {', 'cannot be read'],
    ['no default export', 'export const x = 1;', 'no default export'],
    [
      'a missing variable',
      `import { definePlatform } from '${shared}/platform/platform.ts';
       export default definePlatform((context) => ({ name: context.env('ORDEAL_NOT_SET') }));`,
      'ORDEAL_NOT_SET is not set',
    ],
  ])('says what is wrong with %s', async (_, body, sentence) => {
    writePlatform('shop', body);
    const { code, stderr } = await ordeal(['smoke', '--platform', 'shop']);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('platforms/shop/platform.ts');
    expect(code).toBe(64);
  });
});

describe('a platform outside of the checkout', () => {
  it('finds @ordeal/shared, and so do its journeys', async () => {
    const shipped = join(import.meta.dirname, '..', '..', '..', 'platforms', 'agentic-platform');
    cpSync(shipped, join(dir, 'elsewhere'), { recursive: true });
    const { code, stdout, stderr } = await ordeal([
      'plan',
      '--platform',
      './elsewhere',
      '--lab-name',
      'not-there',
    ]);
    expect(stderr).toBe('');
    expect(stdout).toContain('Nothing was done.');
    expect(code).toBe(0);
  });

  it('finds of @ordeal/shared the modules that Node would find, and is told by Node of what there is not', async () => {
    writePlatform(
      'shop',
      `import * as found from '@ordeal/shared/platform/platform';
       import * as meant from '${shared}/platform/platform.ts';
       throw new Error(found === meant ? 'the same module' : 'another one');`,
    );
    expect((await ordeal(['smoke', '--platform', 'shop'])).stderr).toContain('the same module');
    writePlatform('shop', `import '@ordeal/shared/platform/nothing';`);
    const { code, stderr } = await ordeal(['smoke', '--platform', 'shop']);
    expect(stderr).toContain('Cannot find module');
    expect(stderr).toContain('platform/nothing');
    expect(code).toBe(64);
  });
});

describe('plan', () => {
  it('works without a lab, does nothing, and says so', async () => {
    const { code, stdout } = await ordeal(['plan', '--lab-name', 'not-there']);
    expect(code).toBe(0);
    expect(stdout).toContain('is not up');
    expect(stdout).toContain('API replica a1 is killed');
    expect(stdout).toContain('Nothing was done.');
    expect(existsSync(join(dir, '.ordeal'))).toBe(false);
  });

  it('prints JSON when asked', async () => {
    const { stdout } = await ordeal([
      'plan',
      '--lab-name',
      'not-there',
      '--json',
      '--seed',
      '7',
      '--pace',
      'short',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      platform: 'agentic-platform',
      pace: 'short',
      seed: 7,
      refusals: [],
    });
  });
});

describe('doctor', () => {
  it('names what is missing, where it looked, and what it is needed for', async () => {
    const { code, stdout } = await ordeal(['doctor'], { K6_BIN: '/nowhere/k6' });
    expect(code).toBe(1);
    expect(stdout).toContain('K6_BIN is set to /nowhere/k6');
    expect(stdout).toContain('needed for load');
  });

  it('is content without what only some labs need, and says how to get it', async () => {
    const { code, stdout } = await ordeal(['doctor'], { VERSITYGW_BIN: '/nowhere/versitygw' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/· versitygw +missing .*\(npm run setup -- versitygw\)\n.*the lab of arklex/);
    expect(stdout).toContain('Everything is there.');
  });

  it('shows versions of what is there', async () => {
    const { code, stdout } = await ordeal(['doctor', '--json']);
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as { name: string; version: string }[];
    expect(rows.find((row) => row.name === 'postgres')?.version).toMatch(/^\d+/);
  });
});

it.each([
  ['arklex', 'versitygw', 'VERSITYGW_BIN'],
  ['research-agent', 'named', 'NAMED_BIN'],
])('says what to set up where the lab of %s needs more than the others do', async (platform, program, at) => {
  const lab = ['lab', 'up', '--platform', platform, '--lab-name', 'front-door'];
  const { code, stderr } = await ordeal(lab, { [at]: `/nowhere/${program}` });
  expect(code).toBe(64);
  expect(stderr).toContain(`Missing programs (run \`npm run setup -- ${program}\`, `);
  expect(stderr).toContain(`${program}: ${at} is set to /nowhere/${program}`);
});

it('hands over to Node 24 when an older Node calls it', async () => {
  // A stand-in for an old Node: the version check is all that differs.
  const old = `Object.defineProperty(process.versions, 'node', { value: '20.11.0' });
    await import(${JSON.stringify(bin)});`;
  const done = await new Promise<{ code: number; stdout: string }>((resolve) => {
    execFile(execPath, ['--input-type=module', '-e', old], { cwd: dir }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout });
    });
  });
  // process.argv of `node -e` holds no command: ordeal's help comes from the newer Node.
  expect(done.stdout + String(done.code)).not.toContain('needs Node 24');
});

it('says whose targets it needs to know to look at them', { timeout: 120_000 }, async () => {
  const nobody = await ordeal(['recover', '--look']);
  expect(nobody).toMatchObject({ code: 64, stderr: expect.stringContaining('--look needs --platform') });
  const unlooked = await ordeal(['recover', '--run', 'x']);
  expect(unlooked).toMatchObject({ code: 64, stderr: expect.stringContaining('no run x in') });
  const unlit = await ordeal(['recover', '--look', '--platform', 'agentic-platform', '--lab-name', 'none']);
  expect(unlit).toMatchObject({ code: 64, stderr: expect.stringContaining('there is nothing to look at') });
});

it('does not say that nothing is left of a platform that there is not', { timeout: 120_000 }, async () => {
  const wrong = await ordeal(['recover', '--platform', 'agentic-platfrom']);
  expect(wrong).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('did you mean "agentic-platform"'),
  });
});

it('says that nothing is left only where there were runs', { timeout: 120_000 }, async () => {
  const nowhere = { code: 64, stderr: expect.stringContaining('so nothing was looked at') };
  expect(await ordeal(['recover'])).toMatchObject(nowhere);
  expect(await ordeal(['recover', '--platform', 'agentic-platform'])).toMatchObject(nowhere);
  mkdirSync(join(dir, '.ordeal', 'runs'), { recursive: true });
  expect(await ordeal(['recover'])).toMatchObject({ code: 0, stdout: 'Nothing is left of any run.\n' });
});
