import { defineConfig, mergeConfig } from 'vitest/config';
import { testSettings } from '../../vitest.base.ts';

/** Each file brings labs up, of fifteen processes each: one file at a time, and time enough for a busy machine. */
export default mergeConfig(
  defineConfig(testSettings('lab')),
  defineConfig({ test: { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 } }),
);
