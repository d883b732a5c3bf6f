import { defineConfig, mergeConfig } from 'vitest/config';
import { testSettings } from '../../vitest.base.ts';

/** Much of it computes for seconds, and beside the tests of other packages, with what they leave of the machine. */
export default mergeConfig(
  defineConfig(testSettings('shared')),
  defineConfig({ test: { testTimeout: 180_000 } }),
);
