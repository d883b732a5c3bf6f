import { defineConfig } from 'vitest/config';

/** End-to-end tests bring whole labs up and measure time: one file at a time, each with its own lab. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 400_000,
    hookTimeout: 120_000,
    reporters: ['verbose', 'json'],
    outputFile: { json: 'test-results/e2e.json' },
  },
});
