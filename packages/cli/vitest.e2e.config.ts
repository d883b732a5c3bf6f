import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** End-to-end tests bring whole labs up and measure time: one file at a time, each with its own lab. */
export default defineConfig({
  test: {
    name: 'e2e',
    // No test is in the way of a run on this machine, nor of what another worktree tests.
    env: { ORDEAL_LEASES: join(tmpdir(), 'ordeal-leases-of-tests') },
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 400_000,
    hookTimeout: 120_000,
    reporters: ['verbose', 'json'],
    outputFile: { json: 'test-results/e2e.json' },
  },
});
