import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inLab } from '../src/layout/paths.ts';
import type { Check, Unit } from '../src/supervisor/config.ts';
import { SupervisedSite } from '../src/supervisor/supervised-site.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ordeal-ss-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const shell = (script: string): Check => ({
  kind: 'command',
  argv: ['/bin/sh', '-c', script],
  timeoutMs: 10_000,
});

it('does not tell of a process that ends while it is asked whether it is ready', async () => {
  const pidFile = join(dir, 'pid');
  const unit: Unit = {
    name: 'a/api-1',
    argv: ['/bin/sh', '-c', `echo $$ > ${pidFile}; exec sleep 60`],
    env: {},
    cwd: dir,
    log: inLab.log(dir, 'a', 'api-1'),
    started: shell(`test -s ${pidFile}`),
    ready: shell(`kill -9 $(cat ${pidFile}); sleep 0.5`),
    stop: { signal: 'SIGTERM', withinMs: 1_000 },
    restart: 'never',
  };
  for (const folder of [dirname(unit.log), inLab.run(dir, 'a')]) mkdirSync(folder, { recursive: true });
  const site = new SupervisedSite({ site: 'a', labDir: dir, node: execPath, units: [unit] }, systemClock);
  await site.begin();
  try {
    while (!existsSync(pidFile) || statSync(pidFile).size === 0) await systemClock.sleep(20);
    const status = await site.handle({ verb: 'status', unit: 'a/api-1' });
    expect(status).toEqual({ unit: 'a/api-1', state: 'degraded', ready: false, processes: [] });
  } finally {
    await site.end();
  }
});
