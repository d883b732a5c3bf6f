import type { Platform } from './platform.ts';

/**
 * What a platform's headers are where one of its addresses leads: all of them at its entry, and none at another origin, as
 * they may hold what authorizes at the platform.
 */
export function headersFor(
  { entry, headers }: Pick<Platform, 'entry' | 'headers'>,
  url: string,
): Readonly<Record<string, string>> {
  return URL.parse(url, entry)?.origin === URL.parse(entry)?.origin ? headers : {};
}
