import type { Platform } from '../platform/platform.ts';

/** Why a platform may not be stressed; undefined when it may. A search for what breaks it breaks it. */
export function refuseStress({ environment }: Pick<Platform, 'environment'>): string | undefined {
  return environment === 'production'
    ? 'a stress test looks for the load that breaks the platform, and never runs in production'
    : undefined;
}
