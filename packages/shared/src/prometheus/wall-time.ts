const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Wall-clock milliseconds of a time as Go writes it. Null for its zero time, the year 1, which means never;
 * undefined when it is no time.
 */
export function wallMsOf(text: string): number | null | undefined {
  if (!RFC_3339.test(text)) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  return ms > 0 ? ms : null;
}
