import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import { apart, testSettings } from '../../vitest.base.ts';

/**
 * What needs a Kubernetes control plane has a configuration of its own, and so have whole labs. What a command says and
 * refuses does not depend on how long it takes, and others keep a time of their own.
 */
export default defineConfig(
  apart(
    mergeConfig(
      defineConfig(testSettings('cli')),
      defineConfig({
        test: {
          // No test is in the way of a run on this machine, nor of what another worktree tests.
          env: { ORDEAL_LEASES: join(tmpdir(), 'ordeal-leases-of-tests') },
          exclude: [...configDefaults.exclude, 'test/e2e/**', 'test/cluster/**'],
        },
      }),
    ),
    [
      'test/*-at-a-terminal.test.ts',
      'test/{check-scripts,find-targets,front-door,init-command,judge-command,only-phase,pick-drills}.test.ts',
      'test/{plan-command,platforms-on-kubernetes,report-command,shapes-of-platforms,smoke-command}.test.ts',
      'test/your-platform-page.test.ts',
      'test/{approvals,compose,init,judge,progress,recover,stop,workspace}/**/*.test.ts',
      'test/run/{deploy-answer,drill-assign,earlier-runs,end-everything,evidence,experiment-answer}.test.ts',
      'test/run/{faults-present,interruption,keeps-time,load-closing,not-begun,run-file,script-validity}.test.ts',
      'test/run/{steady-before-drill,workload-words}.test.ts',
    ],
  ),
);
