import type { Bounds } from '../time/interval.ts';
import type { Doubt } from './decide.ts';
import type { PrometheusSight } from './prometheus-sight.ts';

/** By how much the stamps of Prometheus' samples are ahead of the runner's clock. Milliseconds. */
export interface SampleClock {
  readonly offsetMs: number;
  /** The offset is only known to so much, either way. */
  readonly blurMs: number;
  readonly doubt?: Doubt;
}

const SAME: SampleClock = { offsetMs: 0, blurMs: 0 };

/**
 * The clock that stamped the samples, as far as is known.
 *
 * The server's own clock decides, if the stamps of its newest scrapes do not contradict it: what answers queries may
 * be another machine than the one that scrapes. A server that does not tell its clock, but whose newest stamps are
 * where the runner's clock expects them, is taken to have the runner's clock. Everything else is a doubt: the windows
 * may lie elsewhere than the samples say.
 */
export function sampleClock(sight: PrometheusSight | undefined): SampleClock {
  if (sight === undefined) return SAME;
  const { clockOffsetMs: clock, stampOffsetMs: stamps = null } = sight;
  if (clock === null) {
    if (stamps === null) {
      return {
        ...SAME,
        doubt: doubtful('Nothing tells how far the clock of Prometheus is from that of the runner'),
      };
    }
    return overlap(stamps, { low: 0, high: 0 })
      ? SAME
      : { ...SAME, doubt: doubtful(`${newest(stamps)}, and Prometheus does not tell its clock`) };
  }
  const offsetMs = (clock.low + clock.high) / 2;
  const known = { offsetMs, blurMs: (clock.high - clock.low) / 2 };
  if (stamps === null || overlap(stamps, clock)) return known;
  const own = `its own clock is ahead by ${seconds(offsetMs)} s`;
  return { ...known, doubt: doubtful(`${newest(stamps)}, and ${own}`) };
}

function newest({ low, high }: Bounds): string {
  return (
    `The newest scrapes are stamped as if the clock of Prometheus were ahead of the runner's by ` +
    `${seconds(low)} to ${seconds(high)} s`
  );
}

function doubtful(what: string): Doubt {
  return {
    reason: 'observer-broke',
    sentence: `${what}: where the window lies among its samples is not known.`,
  };
}

function overlap(left: Bounds, right: Bounds): boolean {
  return left.low <= right.high && right.low <= left.high;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
