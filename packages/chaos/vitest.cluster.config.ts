import { defineConfig } from 'vitest/config';
import { apart, clusterSettings } from '../../vitest.base.ts';

/** Outages, kills and heals that have only so long measure time. */
export default defineConfig(
  apart(clusterSettings(), [
    'test/cluster/{chaos-mesh-real,library}.test.ts',
    'test/cluster/{kubernetes-dead-man,kubernetes-driver,kubernetes-faults}.test.ts',
  ]),
);
