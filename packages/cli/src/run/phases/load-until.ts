import { abortNeeded } from '@ordeal/chaos/experiment/abort';
import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import type { RunningWorkload } from '@ordeal/shared/load/workload';
import type { Session } from '../session.ts';

const LOOK_EVERY_MS = 200;

/** Why a load is over before its time. */
export interface EarlyEnd {
  /** `spared`: by the platform's abort conditions; `too-much`: by the load's own. */
  readonly how: 'finished' | 'stopped' | 'broke' | 'spared' | 'too-much';
  readonly why: string;
}

/**
 * Waits until the load is over. Comes earlier with the reason when the generator ended, when the platform is to be
 * spared, or when `tooMuch` says of what was seen so far why it has to end.
 */
export async function untilOver(
  running: RunningWorkload,
  over: number,
  { context, loaded }: Session,
  tooMuch: (intervals: readonly ClientInterval[]) => string | undefined = () => undefined,
): Promise<EarlyEnd | undefined> {
  const { clock, signal } = context;
  const { abort } = loaded.platform.guardrails;
  let ended: EarlyEnd | undefined;
  void running.ended.then((end) => {
    const why = `the generator ended: ${end.how === 'broke' ? end.reason : end.how}`;
    ended = { how: end.how, why };
  });
  for (;;) {
    if (ended !== undefined) return ended;
    const now = clock.now();
    const intervals = running.stream.between(-Infinity, Infinity);
    const stop = abortNeeded(intervals, now, abort);
    if (stop !== undefined) {
      return { how: 'spared', why: `ended early, as guardrails.abort asks: ${stop.reason}` };
    }
    const reason = tooMuch(intervals);
    if (reason !== undefined) return { how: 'too-much', why: `ended early: ${reason}` };
    if (now >= over) return undefined;
    await clock.sleep(Math.min(LOOK_EVERY_MS, over - now), signal);
  }
}
