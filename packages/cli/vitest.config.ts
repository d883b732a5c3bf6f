import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import { testSettings } from '../../vitest.base.ts';

/** What needs a Kubernetes control plane has a configuration of its own, and so have whole labs. */
export default mergeConfig(
  defineConfig(testSettings('cli')),
  defineConfig({
    test: {
      // No test is in the way of a run on this machine, nor of what another worktree tests.
      env: { ORDEAL_LEASES: join(tmpdir(), 'ordeal-leases-of-tests') },
      exclude: [...configDefaults.exclude, 'test/e2e/**', 'test/cluster/**'],
    },
  }),
);
