import type { ProbeSpec } from '@ordeal/shared/platform/probe-spec';
import type { Clock } from '@ordeal/shared/time/clock';
import type { Attempt } from './observers.ts';
import type { ProbeConfig, StreamReport } from './probe-protocol.ts';
import { createProber } from './probers/create.ts';

export interface ProbeRunner {
  /** Begins an attempt that is due at this moment, whatever has become of those before. */
  attempt(due: number): void;
  /** What is new since the last call. */
  report(): Omit<StreamReport, 'missedTicks'>;
  /** Behind the last attempt; resolves when those under way have completed. */
  stop(): Promise<void>;
}

/** One stream. Its attempts are told as they complete. */
export function openProbe(
  config: ProbeConfig,
  spec: ProbeSpec,
  clock: Clock,
  onTrouble: (reason: string) => void,
): ProbeRunner {
  const prober = createProber(config, spec, clock);
  let completed: Attempt[] = [];
  const underWay = new Map<Promise<void>, number>();
  let count = 0;
  let ended = false;

  return {
    attempt: (due) => {
      count += 1;
      const number = count;
      const started = clock.now();
      const attempt = prober.attempt(number).then(({ trouble, ...tried }) => {
        if (trouble !== undefined) onTrouble(`probe ${spec.name} could not send: ${trouble}`);
        completed.push({ number, due, ...tried });
        underWay.delete(attempt);
      });
      underWay.set(attempt, started);
    },
    report: () => {
      const attempts = completed;
      completed = [];
      const settledUntil = ended ? null : Math.min(clock.now(), ...underWay.values());
      const sessions = prober.sessions?.();
      return { attempts, settledUntil, ...(sessions === undefined ? {} : { sessions }) };
    },
    stop: async () => {
      await Promise.all(underWay.keys());
      ended = true;
      prober.closeAll();
    },
  };
}
