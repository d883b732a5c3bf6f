import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Bounds } from '@ordeal/shared/time/interval';
import { mostSilentMs } from '../ledger/silence.ts';
import type { OutageAnalysis } from '../outage/outage.ts';
import { mustObserve, observersOf, type Course } from './course.ts';
import { lastingOutage } from './lasting-outage.ts';
import { recoveryQuestion } from './stable.ts';
import { wellAfter, type Well } from './well.ts';

/** From when on clients have to be well, and by when. Monotonic milliseconds. */
interface Wellness {
  readonly from: Bounds;
  /** They have to have been well from then on at the latest. */
  readonly deadline: number;
  /** The last change of whatever clients depend on: they are looked at for the whole stable window behind it. */
  readonly changed: number;
}

/**
 * Waits until clients are well to stay: all streams, and the ledger, whose writes have to be taken again, as there may be
 * no stream that writes. `late` names what was not by the deadline.
 */
export async function untilWell(
  course: Course,
  { clock, signal }: DriverContext,
  { from, deadline, changed }: Wellness,
): Promise<Well | { readonly late: string }> {
  const { phase } = course;
  const question = recoveryQuestion(course, from);
  const seenUntil = changed + question.stableForMs;
  const confirmMs =
    Math.max(question.stableForMs, question.stableAttempts * phase.probeEvery * 1000) +
    phase.probeTimeout * 1000 +
    2000;
  for (;;) {
    mustObserve(course);
    const streams = observersOf(course).streams();
    const analyses = streams.map((stream) => lastingOutage(stream, question));
    const now = clock.now();
    const { silence, back } = writesOf(course, from, from.low + wellAfter({ analyses }, from).high, now);
    const well: Well = { analyses, ...(back === undefined ? {} : { writesBack: back }) };
    const since = from.low + wellAfter(well, from).high;
    const seen = streams.every((stream) => (stream.settledUntil ?? Infinity) >= seenUntil);
    if (seen && silence === undefined && Number.isFinite(since) && since <= deadline) return well;
    // An attempt that is still under way hides later ones until its timeout.
    const known = now > deadline + phase.probeTimeout * 1000;
    const hopeless = analyses.filter((one) => !mayRecoverBy(one, deadline));
    if ((known && hopeless.length > 0) || now > Math.max(deadline, seenUntil) + confirmMs) {
      const late = hopeless.length > 0 ? hopeless : analyses.filter((one) => one.recovered === null);
      const writes =
        silence ?? (back === undefined ? [] : `writes, until ${seconds(back.high - from.low)} after it`);
      return { late: [...late.map((one) => one.stream), writes].flat().join(', ') || 'there is no stream' };
    }
    await clock.sleep(200, signal);
  }
}

/**
 * What the ledger tells of writes behind `from`. `silence`: none is acknowledged now, in words. `back`: within which
 * bounds they were taken again, where that was later than the streams were well: before, one would have been acknowledged
 * by the time that each waits.
 */
function writesOf(
  course: Course,
  from: Bounds,
  streamsWell: number,
  now: number,
): { readonly silence: string | undefined; readonly back: Bounds | undefined } {
  const { ledgerRate, probeTimeout } = course.phase;
  const { last, resumed = -Infinity } = observersOf(course).ledger();
  const most = mostSilentMs(ledgerRate);
  const silentMs = now - (last ?? from.low);
  const back = { low: resumed - most - Math.max(1, probeTimeout) * 1000, high: resumed };
  return {
    silence:
      silentMs <= most
        ? undefined
        : `writes (none of the ledger's was acknowledged for ${seconds(silentMs)})`,
    back: back.low > Math.max(from.low, streamsWell) ? back : undefined,
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Whether the stream has recovered by then, or is in a good stretch that began by then and may yet hold. */
function mayRecoverBy(one: OutageAnalysis, deadline: number): boolean {
  const back = one.recovered ?? one.end;
  return back === null || back.high <= deadline;
}
