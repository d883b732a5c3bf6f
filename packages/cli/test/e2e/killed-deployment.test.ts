import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { readSite } from '@ordeal/lab/read-site';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeWorkplace, type Workplace } from './ordeal.ts';

/**
 * The runner dies while a version is being deployed: the one before serves again. Slow, and therefore a proof of its
 * own (`npm run prove -- deployments`); what heals is tested by itself elsewhere.
 */
const LAB = 'e2e-deployment';
const rounds = Number(env['ORDEAL_PROVE_DEPLOYMENTS'] ?? 0);
const lab = makeWorkplace();
let workplace: Workplace;
let deploy: readonly string[];

async function status(): Promise<{ readonly settled: boolean; readonly versions: readonly string[] }> {
  const [program = '', ...args] = deploy;
  const { stdout } = await promisify(execFile)(program, [...args, 'status'], { encoding: 'utf8' });
  return JSON.parse(stdout) as Awaited<ReturnType<typeof status>>;
}

async function eventually(what: string, ms: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe.runIf(rounds > 0)('SIGKILL of the runner while a version is being deployed', () => {
  beforeAll(async () => {
    const ended = await lab.run('lab', 'up', '--platform', 'arklex', '--lab-name', LAB);
    if (ended.code !== 0) throw new Error(`the lab is not up: ${ended.stderr}`);
    deploy = readSite(LAB)?.deploy ?? [];
  });
  afterAll(async () => {
    await lab.run('lab', 'down', '--lab-name', LAB);
    lab.remove();
  });
  beforeEach(() => {
    workplace = makeWorkplace();
  });
  afterEach(() => workplace.remove());

  for (let round = 1; round <= Math.max(1, rounds); round += 1) {
    it(
      `the old version alone serves again, and nothing is left (${round})`,
      { timeout: 600_000 },
      async () => {
        const of = ['--platform', 'arklex', '--lab-name', LAB, '--pace', 'short'];
        const running = workplace.start('chaos', '--only', 'deploy', ...of);
        const asked = await Promise.race([
          workplace.until(
            'the deployment was asked for',
            (entry) => entry.type === 'milestone' && entry.name === 'deployment asked for',
            180_000,
          ),
          running.finished,
        ]);
        if ('stdout' in asked) throw new Error(`it ended before: ${asked.stdout}${asked.stderr}`);
        // Anywhere in it: before it has begun, in the midst of it, when it is out, on the way back.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 25_000));
        running.child.kill('SIGKILL');
        await running.finished;
        const undo = join(workplace.newestRun(), 'undo');
        const open = () => readdirSync(undo).filter((name) => /^\d{4}-.*\.json$/.test(name)).length;
        await eventually(
          'the guardian has settled everything',
          180_000,
          () => !existsSync(undo) || open() === 0,
        );
        await eventually('the old version alone serves', 60_000, async () => {
          const { settled, versions } = await status();
          return settled && versions.join() === '1.0.0';
        });
        expect(await workplace.run('recover')).toMatchObject({
          code: 0,
          stdout: 'Nothing is left of any run.\n',
        });
      },
    );
  }
});
