import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What only `npm run prove` runs, as it needs programs that no test waits for. It measures time: one file at a time. */
export default defineConfig({
  test: {
    name: 'proof',
    // No proof is in the way of a run on this machine.
    env: { ORDEAL_LEASES: join(tmpdir(), 'ordeal-leases-of-tests') },
    include: ['test/cluster/**/*.proof.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['verbose'],
  },
});
