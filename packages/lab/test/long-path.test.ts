import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { labUp } from '../src/lab.ts';
import { readSite } from '../src/read-site.ts';

let long: string;
beforeEach(() => {
  long = join(tmpdir(), 'x'.repeat(120));
  mkdirSync(long);
  vi.stubEnv('TMPDIR', long);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(long, { recursive: true });
});

it('has no lab where the temporary folder is too far down for sockets: a platform elsewhere is run from there', () => {
  expect(readSite('main')).toBeUndefined();
});

it('brings no lab up there, and says how much shorter the path has to be', async () => {
  const options = { platform: 'arklex', tools: {} as never, sabotage: [], say: () => {} };
  await expect(labUp({ ...options, name: 'main', clock: systemClock })).rejects.toThrow(
    /too long for the lab's unix sockets, by \d+ characters.*TMPDIR=\/tmp/,
  );
});
