import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import { apart, testSettings } from '../../vitest.base.ts';

/**
 * What needs a Kubernetes control plane has a configuration of its own. Whether a fault is in, and nothing of it is left,
 * is the same on a machine that is busy; what clients feel of it, and how much of the machine it takes, is not.
 */
export default defineConfig(
  apart(
    mergeConfig(
      defineConfig(testSettings('chaos')),
      defineConfig({ test: { exclude: [...configDefaults.exclude, 'test/cluster/**'] } }),
    ),
    [
      'test/autoscaler/**/*.test.ts',
      'test/chaos-mesh/**/*.test.ts',
      'test/deployments/**/*.test.ts',
      'test/drivers/*.test.ts',
      'test/drivers/host/{contract,cut-connection,refusals,timer}.test.ts',
      'test/experiment/{abort,effect,reach,repeat,run-experiment,several,steady-again,steady-window}.test.ts',
      'test/experiment/*-effect.test.ts',
      'test/guardian.test.ts',
      'test/kills/**/*.test.ts',
    ],
  ),
);
