import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isAlive } from '@ordeal/shared/process/identity';
import { until } from './support/run.ts';
import { startServer } from './support/server.ts';

it('ends by itself when the process that started it is killed', async () => {
  const server = await startServer(() => ({}));
  const orphan = fileURLToPath(new URL('./fixtures/orphan.main.ts', import.meta.url));
  const child = spawn(execPath, [orphan, server.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { identity, dir } = JSON.parse(line) as { identity: string; dir: string };
  expect(isAlive(identity)).toBe(true);
  child.kill('SIGKILL');
  await until('k6 is gone', () => !isAlive(identity));
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});
