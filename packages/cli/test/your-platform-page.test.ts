import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env, execPath } from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'your-platform.md'), 'utf8');
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
let dir: string;

/** What the page writes first, where it says that it stands. */
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-page-'));
  for (const [index, file] of ['platform.ts', 'journeys/checkout.ts', 'scenarios/gameday.ts'].entries()) {
    const path = join(dir, 'platforms', 'shop', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, blocks[index] ?? '');
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const plan = (...args: string[]) =>
  spawnSync(execPath, [join(root, 'packages', 'cli', 'bin', 'ordeal.js'), 'plan', ...args], {
    cwd: dir,
    encoding: 'utf8',
    env: { ...env, SHOP_TOKEN: 'a token' },
  });

/** `ordeal load spike --rate 10 …` is planned by `ordeal plan --shape spike --rate 10 …`. */
function plannedAs(command: string): readonly string[] {
  const [kind = '', ...rest] = command.split(/\s+/);
  if (kind === 'plan') return rest;
  const [shape, ...flags] = rest;
  return shape?.startsWith('--') === false ? ['--shape', shape, ...flags] : ['--kind', kind, ...rest];
}

const commands = [...page.matchAll(/^npx ordeal (\w+ .*--platform shop[^#\n]*)/gm)].map(([, text = '']) =>
  text.trim(),
);

it('the commands of the page are those that are looked at here', () => {
  expect(commands.length).toBeGreaterThanOrEqual(4);
});

it.each(commands)('what the page says can be planned: ordeal %s', { timeout: 120_000 }, (command) => {
  const planned = plan(...plannedAs(command));
  expect(planned.status, planned.stdout + planned.stderr).toBe(0);
});
