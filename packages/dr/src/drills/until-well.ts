import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { Bounds } from '@ordeal/shared/time/interval';
import { rtoOf, type OutageAnalysis } from '../outage/outage.ts';
import { mustObserve, observersOf, type Course } from './course.ts';
import { lastingOutage } from './lasting-outage.ts';
import { recoveryQuestion } from './stable.ts';

/** From when on clients have to be well, and by when. Monotonic milliseconds. */
interface Wellness {
  readonly from: Bounds;
  /** They have to have been well from then on at the latest. */
  readonly deadline: number;
  /** The last change of whatever clients depend on: they are looked at for the whole stable window behind it. */
  readonly changed: number;
}

/** Waits until clients are well to stay. `late` names the streams that were not by the deadline. */
export async function untilWell(
  course: Course,
  { clock, signal }: DriverContext,
  { from, deadline, changed }: Wellness,
): Promise<{ readonly analyses: readonly OutageAnalysis[] } | { readonly late: string }> {
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
    const well = from.low + rtoOf(analyses, from).high;
    const now = clock.now();
    const seen = streams.every((stream) => (stream.settledUntil ?? Infinity) >= seenUntil);
    if (seen && Number.isFinite(well) && well <= deadline) return { analyses };
    // An attempt that is still under way hides later ones until its timeout.
    const known = now > deadline + phase.probeTimeout * 1000;
    const hopeless = analyses.filter((one) => !mayRecoverBy(one, deadline));
    if ((known && hopeless.length > 0) || now > Math.max(deadline, seenUntil) + confirmMs) {
      const late = hopeless.length > 0 ? hopeless : analyses.filter((one) => one.recovered === null);
      return { late: late.map((one) => one.stream).join(', ') || 'there is no stream' };
    }
    await clock.sleep(200, signal);
  }
}

/** Whether the stream has recovered by then, or is in a good stretch that began by then and may yet hold. */
function mayRecoverBy(one: OutageAnalysis, deadline: number): boolean {
  const back = one.recovered ?? one.end;
  return back === null || back.high <= deadline;
}
