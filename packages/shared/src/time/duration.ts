/** A length of time that was written by a person, or the sentence that says what is wrong with it. */
export type ParsedDuration =
  { readonly ok: true; readonly seconds: number } | { readonly ok: false; readonly problem: string };

const secondsIn: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const units = Object.keys(secondsIn);

/**
 * Reads a duration as people write it: `500ms`, `90s`, `2m`, `1h30m`, `1.5h`, `7d`. A unit is always needed: whether
 * a bare 90 are seconds or minutes is a guess. Units go from large to small, each at most once. Spaces between the
 * parts do not matter. It is above zero and finite.
 */
export function parseDuration(text: string): ParsedDuration {
  const wrong = (why: string): ParsedDuration => ({
    ok: false,
    problem: `"${text}" is no duration: ${why}. Write for instance 30s, 2m or 1h30m.`,
  });
  const written = text.trim().toLowerCase();
  if (written === '') return wrong('it is empty');
  if (written.startsWith('-')) return wrong('it is negative');
  if (/^\d+(\.\d+)?$/.test(written)) return wrong(`it has no unit (${units.join(', ')})`);
  const parts = [...written.matchAll(/(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)\s*/gy)];
  if (parts.length === 0 || parts.map(([all]) => all).join('') !== written) {
    return wrong('it is not made of numbers with units');
  }
  let seconds = 0;
  let above = Infinity;
  for (const [, number, unit] of parts) {
    const size = secondsIn[unit ?? ''];
    if (size === undefined) return wrong(`there is no unit "${unit}", only ${units.join(', ')}`);
    if (size >= above) return wrong('its units must go from large to small, each once');
    above = size;
    seconds += Number(number) * size;
  }
  if (!(seconds > 0) || !Number.isFinite(seconds)) return wrong('it must be above zero and finite');
  // Milliseconds are as fine as anything is scheduled; this takes the rounding of 0.1 · 3600 away.
  return { ok: true, seconds: Math.round(seconds * 1e6) / 1e6 };
}

/** Writes a duration as `parseDuration` reads it: `1h30m`, `2m`, `0.5s` as `500ms`. Rounded to a millisecond. */
export function formatDuration(seconds: number): string {
  let left = Math.round(Math.abs(seconds) * 1000);
  const parts: string[] = [];
  for (const [unit, ms] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(left / ms);
    if (count > 0) parts.push(`${count}${unit}`);
    left -= count * ms;
  }
  return `${seconds < 0 ? '-' : ''}${parts.length === 0 ? '0s' : parts.join('')}`;
}
