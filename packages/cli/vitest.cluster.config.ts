import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { apart } from '../../vitest.base.ts';

/**
 * Tests on a real Kubernetes control plane of their own: one at a time, since each brings one up. Two of them send load,
 * and measure what comes of it.
 */
export default defineConfig(
  apart(
    {
      test: {
        name: 'cluster',
        // No test is in the way of a run on this machine, nor of what another worktree tests.
        env: { ORDEAL_LEASES: join(tmpdir(), 'ordeal-leases-of-tests') },
        include: ['test/cluster/**/*.test.ts'],
        fileParallelism: false,
        // The first run builds the API server.
        hookTimeout: 900_000,
        testTimeout: 180_000,
        passWithNoTests: true,
        // Names what is skipped, and why.
        reporters: ['verbose', 'json'],
        outputFile: { json: 'test-results/cluster.json' },
      },
    },
    ['test/cluster/{coordination,on-kubernetes,platform-manifests,platform-served,recover}.test.ts'],
  ),
);
