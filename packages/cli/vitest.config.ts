import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import { testSettings } from '../../vitest.base.ts';

/** What needs a Kubernetes control plane has a configuration of its own, and so have whole labs. */
export default mergeConfig(
  defineConfig(testSettings('cli')),
  defineConfig({ test: { exclude: [...configDefaults.exclude, 'test/e2e/**', 'test/cluster/**'] } }),
);
