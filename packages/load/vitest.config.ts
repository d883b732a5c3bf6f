import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import { apart, testSettings } from '../../vitest.base.ts';

/**
 * What needs a Kubernetes control plane has a configuration of its own. What is sent, and how k6 ended, does not depend
 * on how long it takes, as rates do; others keep a time of their own.
 */
export default defineConfig(
  apart(
    mergeConfig(
      defineConfig(testSettings('load')),
      defineConfig({
        test: { testTimeout: 90_000, exclude: [...configDefaults.exclude, 'test/cluster/**'] },
      }),
    ),
    [
      'test/{active-load,exit-codes,failure-kind,load-monitor,validity}.test.ts',
      'test/{bundle,distributed,k6,plan,process}/**/*.test.ts',
      'test/knee/{search,step-outcome}.test.ts',
      'test/limits/{pace,rate}.test.ts',
      'test/remote-write/{client-series,write-request}.test.ts',
      'test/shapes/executor.test.ts',
    ],
  ),
);
