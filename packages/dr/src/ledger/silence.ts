import type { LedgerProgress } from './ledger-protocol.ts';

/** For how many milliseconds no write may be acknowledged while all is well, at so many writes a second. */
export function mostSilentMs(rate: number): number {
  return Math.max(1000, 10_000 / rate);
}

/**
 * The first acknowledgement that was told behind a silence; undefined where there was none between the two. Writes that
 * wait for their timeout make one of twice that, whatever became of the platform meanwhile.
 */
export function resumedAt(
  before: LedgerProgress,
  now: LedgerProgress,
  settings: { readonly rate: number; readonly timeoutMs: number },
): number | undefined {
  if (before.last === null || now.last === null) return undefined;
  const silentMs = now.last - before.last;
  return silentMs > mostSilentMs(settings.rate) + 2 * settings.timeoutMs ? now.last : undefined;
}
