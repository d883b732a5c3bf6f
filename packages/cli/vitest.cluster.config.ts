import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { apart, clusterSettings } from '../../vitest.base.ts';

const { test, ...rest } = clusterSettings();
// No test is in the way of a run on this machine, nor of what another worktree tests.
const env = { ORDEAL_LEASES: join(tmpdir(), 'ordeal-leases-of-tests') };

/** Two of them send load, and measure what comes of it. */
export default defineConfig(
  apart({ ...rest, test: { ...test, env } }, [
    'test/cluster/{coordination,in-a-pod,on-kubernetes,platform-manifests,platform-served,recover}.test.ts',
  ]),
);
