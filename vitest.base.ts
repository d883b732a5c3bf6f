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

/** Settings of tests on a real Kubernetes control plane of their own: one at a time, since each brings one up. */
export function clusterSettings(): ViteUserConfig {
  return {
    test: {
      name: 'cluster',
      include: ['test/cluster/**/*.test.ts'],
      fileParallelism: false,
      // The first run builds the API server.
      hookTimeout: 900_000,
      testTimeout: 180_000,
      // Names what is skipped, and why.
      reporters: ['verbose', 'json'],
      outputFile: { json: 'test-results/cluster.json' },
    },
  };
}

/** Of a test, or a hook, that has to do with what other tests leave of the machine (ms). */
const UNTIMED_TIMEOUT = 180_000;

/**
 * Two projects out of one: the files that `untimed` names measure no time, and may take as long as the machine leaves
 * them; they are `<name>-untimed`, and `npm test` runs them beside the others. What is not named measures time until
 * somebody has looked.
 */
export function apart({ test = {}, ...rest }: ViteUserConfig, untimed: readonly string[]): ViteUserConfig {
  const { name, include = [], exclude = [], ...shared } = test;
  const patient = (timeout = 0): number => Math.max(timeout, UNTIMED_TIMEOUT);
  if (typeof name !== 'string') throw new Error('tests that are run apart have a name');
  return {
    ...rest,
    test: {
      ...shared,
      projects: [
        { extends: true, test: { name, include, exclude: [...exclude, ...untimed] } },
        {
          extends: true,
          test: {
            name: `${name}-untimed`,
            include: [...untimed],
            exclude,
            testTimeout: patient(test.testTimeout),
            hookTimeout: patient(test.hookTimeout),
          },
        },
      ],
    },
  };
}
