import type { ViteUserConfig } from 'vitest/config';

/** Settings every package's tests share; results go to a file so that the whole run can be counted. */
export function testSettings(name: string): ViteUserConfig {
  return {
    test: {
      name,
      include: ['test/**/*.test.ts'],
      exclude: ['test/e2e/**', '**/node_modules/**'],
      testTimeout: 30_000,
      hookTimeout: 60_000,
      reporters: ['default', 'json'],
      outputFile: { json: 'test-results/unit.json' },
    },
  };
}
