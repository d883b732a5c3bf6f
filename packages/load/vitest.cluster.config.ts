import { defineConfig } from 'vitest/config';
import { clusterSettings } from '../../vitest.base.ts';

export default defineConfig(clusterSettings());
