/** Clocks of one time zone. Moments are milliseconds since 1970; what clocks show is `2026-11-30T02:00:00.000`. */
export interface TimeZone {
  /**
   * When its clocks show that, earliest first: mostly one moment; two where they go back over it. A time that they go
   * forward over is taken for the moment that is as much later, at which a job of that time runs then.
   */
  momentsOf(shown: string): readonly [number, ...number[]];
  /** What its clocks show at a moment. */
  shownAt(moment: number): string;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Whether there is such a time zone: a name of the IANA database, or an offset such as `+02:00`. */
export function isTimeZone(name: string): boolean {
  try {
    offsetsOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Throws where there is no such time zone; see `isTimeZone`. */
export function openTimeZone(name: string): TimeZone {
  const offsetAt = offsetsOf(name);
  return {
    momentsOf: (shown) => {
      const inUtc = Date.parse(`${shown}Z`);
      // Clocks change once within two days at most.
      const [before, after] = [inUtc - offsetAt(inUtc - DAY_MS), inUtc - offsetAt(inUtc + DAY_MS)];
      const first = Math.min(before, after);
      const last = Math.max(before, after);
      const [one, ...more] =
        first === last ? [first] : [first, last].filter((at) => at + offsetAt(at) === inUtc);
      return one === undefined ? [before] : [one, ...more];
    },
    shownAt: (moment) => new Date(moment + offsetAt(moment)).toISOString().slice(0, -1),
  };
}

/** By how much clocks of a time zone are ahead of UTC at a moment (ms). */
function offsetsOf(name: string): (moment: number) => number {
  const [, sign, hours, minutes] = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/.exec(name) ?? [];
  if (sign !== undefined) {
    const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS * (sign === '-' ? -1 : 1);
    return () => offset;
  }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (moment) => {
    const parts = Object.fromEntries(
      format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000;
  };
}
