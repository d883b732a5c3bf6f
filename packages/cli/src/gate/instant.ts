import { parseDuration } from '@ordeal/shared/time/duration';

/** An instant of the wall clock that a person wrote, or the sentence that says what is wrong with it. */
export type ParsedInstant =
  { readonly ok: true; readonly wallMs: number } | { readonly ok: false; readonly problem: string };

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i;
/** Digits of Unix seconds from 2001 until 2286. Milliseconds have three more. */
const UNIX_SECONDS = /^\d{10}(\.\d+)?$/;
const UNIX_MS = /^\d{13}$/;
/** The year 9999. */
const LATEST = 253_402_300_799_999;

export const INSTANT_EXPECTED =
  'an ISO time with its zone (2026-03-14T02:00:07Z), Unix seconds, now, or a time ago (-15m)';

/** Reads an instant: `2026-03-14T02:00:07Z`, `1773453607`, `now`, `-15m`. Before 1970 there was nothing to measure. */
export function parseInstant(text: string, nowWallMs: number): ParsedInstant {
  const parsed = anyInstant(text, nowWallMs);
  if (!parsed.ok || (parsed.wallMs >= 0 && parsed.wallMs <= LATEST)) return parsed;
  return { ok: false, problem: 'that lies before 1970, or in a year that no clock shows' };
}

function anyInstant(text: string, nowWallMs: number): ParsedInstant {
  const written = text.trim();
  if (written.toLowerCase() === 'now') return { ok: true, wallMs: nowWallMs };
  if (written.startsWith('-')) {
    const ago = parseDuration(written.slice(1));
    return ago.ok ? { ok: true, wallMs: nowWallMs - ago.seconds * 1000 } : ago;
  }
  if (UNIX_MS.test(written)) return { ok: true, wallMs: Number(written) };
  if (UNIX_SECONDS.test(written)) return { ok: true, wallMs: Number(written) * 1000 };
  const wallMs = ISO.test(written) ? Date.parse(written) : Number.NaN;
  if (!Number.isNaN(wallMs)) return { ok: true, wallMs };
  return {
    ok: false,
    problem: 'write for instance -15m, or an ISO time that ends in Z or in an offset like +02:00',
  };
}
