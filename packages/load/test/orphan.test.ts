import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { execPath, kill } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isAlive } from '@ordeal/shared/process/identity';
import { until } from './support/run.ts';
import { startServer } from './support/server.ts';

it.each([
  [
    'with journeys ends by itself when the process that started it is killed',
    'journeys',
    (pid: number) => pid,
  ],
  // As a pipeline does that is called off.
  ['with journeys ends by itself when the whole group is killed', 'journeys', (pid: number) => -pid],
  ['with scenarios of a script’s own ends by itself as well', 'script', (pid: number) => -pid],
])('k6 %s', async (_, what, whom) => {
  const server = await startServer(() => ({}));
  const orphan = fileURLToPath(new URL('./fixtures/orphan.main.ts', import.meta.url));
  const child = spawn(execPath, [orphan, server.url, what], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { identity, dir } = JSON.parse(line) as { identity: string; dir: string };
  expect(isAlive(identity)).toBe(true);
  kill(whom(child.pid!), 'SIGKILL');
  await until('k6 is gone', () => !isAlive(identity));
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});
