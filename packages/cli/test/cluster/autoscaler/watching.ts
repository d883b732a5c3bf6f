import { autoscalerLook } from '@ordeal/chaos/autoscaler/look';
import type { AutoscalerSample, SampleSeen } from '@ordeal/shared/judge/autoscaler/watch';
import type { AutoscalerSpec } from '@ordeal/shared/platform/autoscaler-spec';
import { systemClock } from '@ordeal/shared/time/system-clock';

/** As a load phase looks. */
const EVERY_MS = 5_000;

export interface Watching {
  readonly samples: readonly AutoscalerSample[];
  stop(): Promise<void>;
}

/** Looks at an autoscaler as `ordeal load` does, until it is stopped. */
export function watchAutoscaler(spec: AutoscalerSpec): Watching {
  const ending = new AbortController();
  const samples: AutoscalerSample[] = [];
  const look = autoscalerLook(spec, systemClock);
  const going = (async () => {
    for (;;) {
      samples.push(await look(ending.signal));
      await systemClock.sleep(EVERY_MS, ending.signal);
    }
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return {
    samples,
    async stop() {
      ending.abort();
      await going;
    },
  };
}

/** The looks that saw it. */
export function seenIn(samples: Watching['samples']): readonly SampleSeen[] {
  return samples.filter((sample) => sample.kind === 'seen');
}
