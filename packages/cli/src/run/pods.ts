import type { PodsSaw } from '@ordeal/shared/judge/pods/look';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Session } from './session.ts';

type Looking = Pick<Session, 'loaded' | 'results' | 'context'>;

const EVERY_MS = 5_000;

/** A look at the platform's pods that was begun beside a load phase. Ending it waits for nothing. */
export interface PodsLooking {
  end(): void;
}

/**
 * Looks at what the platform's Deployments are set to until their pods are ready, and keeps the last look under the
 * phase's name. Whatever goes wrong with it is a finding of its own, and never the phase's business. Without any nothing
 * is loaded.
 */
export function lookAtEachPods(phase: string, session: Looking): PodsLooking {
  const { context, loaded, results } = session;
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, context.signal]);
  const looks = Object.entries(loaded.platform.pods ?? {}).map(([pods, promised]) => {
    const look = {
      pods,
      phase,
      promised,
      saw: { kind: 'unread', reason: 'it did not answer before the phase ended' } as PodsSaw,
    };
    const untilReady = async (): Promise<void> => {
      const { lookAtPods } = await import('@ordeal/chaos/pods/look');
      const once = () => lookAtPods(promised, context.clock, signal);
      for await (const saw of looksUntilReady(once, context.clock, signal)) look.saw = saw;
    };
    untilReady().catch((error: unknown) => {
      if (!signal.aborted) look.saw = { kind: 'unread', reason: reasonOf(error) };
    });
    return look;
  });
  return {
    end: () => {
      ending.abort();
      results.pods.push(...looks.map((look) => ({ ...look })));
    },
  };
}

/**
 * Looks again as long as pods are missing: one that an experiment of before has just ended has the time of the phase to be
 * replaced. Rejects when the signal is aborted.
 */
export async function* looksUntilReady(
  once: () => Promise<PodsSaw>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<PodsSaw> {
  for (;;) {
    const saw = await once();
    yield saw;
    if (saw.kind !== 'seen' || saw.seen.ready >= saw.seen.replicas) return;
    await clock.sleep(EVERY_MS, signal);
  }
}
