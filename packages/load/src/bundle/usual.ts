import type { BuildOptions } from 'esbuild';

/** How everything is bundled for k6. */
export const usual = {
  bundle: true as const,
  write: false as const,
  format: 'esm' as const,
  platform: 'neutral' as const,
  mainFields: ['module', 'main'] as string[],
  target: 'es2022',
  // k6's engine knows no asynchronous generators.
  supported: { 'async-generator': false, 'for-await': false },
  sourcesContent: false,
  charset: 'utf8' as const,
  legalComments: 'none' as const,
  logLevel: 'silent' as const,
  tsconfigRaw: {},
} satisfies BuildOptions;
