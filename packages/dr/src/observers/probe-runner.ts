import type { ProbeSpec } from '@ordeal/shared/platform/probe-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Attempt } from './observers.ts';
import type { ProbeConfig, StreamReport } from './probe-protocol.ts';
import { createProber } from './probers/create.ts';
import { startTicker } from './ticker.ts';

export interface ProbeRunner {
  /** What is new since the last call. */
  report(): StreamReport;
  /** No more attempts; resolves when those under way have completed. */
  stop(): Promise<void>;
}

/** Runs one stream: an attempt every `everyMs`, first at `firstDue`, never waiting for an earlier one. */
export function runProbe(
  config: ProbeConfig,
  spec: ProbeSpec,
  firstDue: number,
  clock: Clock,
  onTrouble: (reason: string) => void,
): ProbeRunner {
  const prober = createProber(config, spec, clock);
  let completed: Attempt[] = [];
  const underWay = new Map<Promise<void>, number>();
  let count = 0;
  let ended = false;

  const ticker = startTicker(firstDue, config.everyMs, clock, (due) => {
    count += 1;
    const number = count;
    const started = clock.now();
    const attempt = prober.attempt(number).then(({ trouble, ...tried }) => {
      if (trouble !== undefined) onTrouble(`probe ${spec.name} could not send: ${trouble}`);
      completed.push({ number, due, ...tried });
      underWay.delete(attempt);
    });
    underWay.set(attempt, started);
  });

  return {
    report: () => {
      const attempts = completed;
      completed = [];
      const settledUntil = ended ? null : Math.min(clock.now(), ...underWay.values());
      const sessions = prober.sessions?.();
      return {
        attempts,
        missedTicks: ticker.missed(),
        settledUntil,
        ...(sessions === undefined ? {} : { sessions }),
      };
    },
    stop: async () => {
      ticker.stop();
      await Promise.all(underWay.keys());
      ended = true;
      prober.closeAll();
    },
  };
}
