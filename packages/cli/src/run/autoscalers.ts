import type { AutoscalerSample } from '@ordeal/shared/judge/autoscaler/watch';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { Session } from './session.ts';

/** Well within the 15 s after which a cluster decides anew. */
const EVERY_MS = 5_000;

type Watching = Pick<Session, 'loaded' | 'results' | 'context'>;

/** A watch on the platform's autoscalers that goes on beside a load phase. Ending it waits for nothing. */
export interface AutoscalerWatching {
  end(): void;
}

/**
 * Looks at the platform's autoscalers until it is ended, and keeps what was seen under the phase's name. Whatever goes
 * wrong with it is a finding of its own, and never the phase's business. Without autoscalers nothing is loaded.
 */
export function watchAutoscalers(phase: string, session: Watching): AutoscalerWatching {
  const { context, loaded, results } = session;
  const { autoscalers = {} } = loaded.platform;
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, context.signal]);
  const watches = Object.entries(autoscalers).map(([autoscaler, promised]) => {
    const samples: AutoscalerSample[] = [];
    const watch = { autoscaler, phase, promised, samples, broke: null as string | null };
    const look = async (): Promise<void> => {
      const { autoscalerLook } = await import('@ordeal/chaos/autoscaler/look');
      const once = autoscalerLook(promised, context.clock);
      for (;;) {
        samples.push(await once(signal));
        await context.clock.sleep(EVERY_MS, signal);
      }
    };
    look().catch((error: unknown) => {
      if (!signal.aborted) watch.broke = reasonOf(error);
    });
    return watch;
  });
  return {
    end: () => {
      ending.abort();
      results.autoscalers.push(...watches.map((watch) => ({ ...watch, samples: [...watch.samples] })));
    },
  };
}
