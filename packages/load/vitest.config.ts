import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import { testSettings } from '../../vitest.base.ts';

/** What needs a Kubernetes control plane has a configuration of its own. */
export default mergeConfig(
  defineConfig(testSettings('load')),
  defineConfig({ test: { testTimeout: 90_000, exclude: [...configDefaults.exclude, 'test/cluster/**'] } }),
);
