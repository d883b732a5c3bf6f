import type { PodsSaw } from '@ordeal/shared/judge/pods/look';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Session } from './session.ts';

type Looking = Pick<Session, 'loaded' | 'results' | 'context'>;

/** A look at the platform's pods that was begun beside a load phase. Ending it waits for nothing. */
export interface PodsLooking {
  end(): void;
}

/**
 * Looks once at what the platform's Deployments are set to, and keeps it under the phase's name. Whatever goes wrong with
 * it is a finding of its own, and never the phase's business. Without any nothing is loaded.
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
    const once = async (): Promise<void> => {
      const { lookAtPods } = await import('@ordeal/chaos/pods/look');
      look.saw = await lookAtPods(promised, context.clock, signal);
    };
    once().catch((error: unknown) => {
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
