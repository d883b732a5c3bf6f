import { defineConfig } from 'vitest/config';
import { apart } from '../../vitest.base.ts';

/**
 * Tests on a real Kubernetes control plane of their own: one at a time, since each brings one up. Outages, kills and heals
 * that have only so long measure time.
 */
export default defineConfig(
  apart(
    {
      test: {
        name: 'cluster',
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
    [
      'test/cluster/{chaos-mesh-real,library}.test.ts',
      'test/cluster/{kubernetes-dead-man,kubernetes-driver,kubernetes-faults}.test.ts',
    ],
  ),
);
