import { defineConfig } from 'vitest/config';
import { testSettings } from '../../vitest.base.ts';

export default defineConfig(testSettings('shared'));
