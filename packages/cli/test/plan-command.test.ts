import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** What `ordeal plan`, and every run before it begins, says of a scenario that could never be decided. */

const bin = join(import.meta.dirname, '..', 'bin', 'ordeal.js');
const shipped = join(import.meta.dirname, '..', '..', '..', 'platforms', 'agentic-platform');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-plan-'));
  cpSync(shipped, join(dir, 'shop'), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function ordeal(...args: readonly string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = ['--platform', './shop', '--scenario', 'brief', '--lab-name', 'not-there'];
    execFile(execPath, [bin, ...args, ...options], { cwd: dir, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

function writeScenario(judgeFor: number, objectives: readonly string[]): void {
  const phase = {
    phase: 'load',
    name: 'baseline',
    title: 'Baseline',
    rate: 60,
    warmUp: 1,
    judgeFor,
    objectives,
  };
  const scenario = JSON.stringify({ name: 'brief', title: 'Brief', phases: [phase] });
  writeFileSync(
    join(dir, 'shop', 'scenarios', 'brief.ts'),
    `import { defineScenario } from '@ordeal/shared/scenario/scenario';
     export default defineScenario(() => (${scenario}));`,
  );
}

it('refuses it as wrong configuration, all mistakes at once, and does nothing', async () => {
  writeScenario(2, ['client errors', 'API errors', 'RTO', 'client p95', 'database connections']);
  const { code, stdout } = await ordeal('plan');
  expect(code).toBe(64);
  expect(stdout).toContain('could never be decided');
  const [, refused = ''] = stdout.split('It would be refused');
  expect(refused.match(/objective "[^"]*"/g)).toEqual([
    'objective "client errors"',
    'objective "API errors"',
    'objective "RTO"',
  ]);
  // Of this platform's iterations 10.1 make 20.4 requests: 2 s × 60/s are 242, of 299.
  expect(refused).toContain('about 242 in 2 s (60 iterations/s × 2.02 requests)');
  expect(refused).toContain('make the window at least 3 s long');
  expect(refused).toContain('at least 4 scrapes in the window');
  // What only should hold is a warning.
  expect(stdout).toMatch(/Beware:\n.*objective "database connections"/);
  expect(stdout).toContain('the lab "not-there" is not up');
  expect(stdout).toContain('Nothing was done.');
});

it('names the full pace where that is long enough, and nowhere else', async () => {
  const phase = (
    judgeFor: string,
  ) => `{ phase: 'load', name: 'baseline', title: 'Baseline', rate: 60, warmUp: 1,
    judgeFor: ${judgeFor}, objectives: ['client errors', 'RTO'] }`;
  writeFileSync(
    join(dir, 'shop', 'scenarios', 'brief.ts'),
    `import { defineScenario } from '@ordeal/shared/scenario/scenario';
     export default defineScenario((pace) => ({ name: 'brief', title: 'Brief', phases: [${phase("pace === 'full' ? 20 : 2")}] }));`,
  );
  const { code, stdout } = await ordeal('plan', '--pace', 'short');
  expect(code).toBe(64);
  const [, errors = '', rto = ''] = stdout.split('objective "');
  expect(errors).toContain(
    'run it at --pace full, which is long enough; or make the window at least 3 s long',
  );
  expect(rto).not.toContain('--pace full');
});

it('is in the JSON as well', async () => {
  writeScenario(2, ['client errors', 'API errors']);
  const { code, stdout } = await ordeal('plan', '--json');
  expect(code).toBe(64);
  expect(JSON.parse(stdout)).toMatchObject({
    undecidable: [{ path: expect.any(String) }, { path: expect.any(String) }],
    refusals: [],
    warnings: [expect.any(String)],
  });
});

it.each(['load', 'gameday'])('%s refuses it before anything is begun', async (command) => {
  writeScenario(2, ['client errors', 'RTO']);
  const { code, stdout, stderr } = await ordeal(command, '--lab');
  expect(code).toBe(64);
  expect(stderr).toContain('Scenario brief of agentic-platform could never be decided as it is');
  expect(stderr).toContain('objective "RTO"');
  expect(stderr).toContain('objective "client errors"');
  expect(stdout + stderr).not.toContain('Bringing the lab');
  expect(existsSync(join(dir, '.ordeal'))).toBe(false);
});

it('takes the same scenario with windows that are long enough', async () => {
  writeScenario(4, ['client errors', 'API errors', 'client p95', 'database connections']);
  const { code, stdout } = await ordeal('plan');
  expect(stdout).not.toContain('refused');
  expect(code).toBe(0);
});
