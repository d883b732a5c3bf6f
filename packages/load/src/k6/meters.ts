import { Counter, Gauge, Trend } from 'k6/metrics';
import { meterNames, SCENARIO, TENANT, WITHIN } from './meter-names.ts';

/** Counts exactly what happened, in names that the receiver of k6's pushes knows. */
export interface Meters {
  /** `scenarioStart`: milliseconds since the Unix epoch, where it is to be told. */
  readonly iterationStarted: (scenarioStart?: number) => void;
  readonly iterationEnded: (outcome: 'held' | 'failed' | 'thrown') => void;
  /**
   * One sample says all that there is to say of a request, as samples are what measuring costs: that it was made, how
   * long it took, and within which of the limits. The usual one, within all of them, has no label, which costs as well.
   */
  readonly request: (latencyMs: number) => void;
  /** How long a socket's message was waited for. */
  readonly message: (waitedMs: number, tags: Readonly<Record<string, string>>) => void;
  readonly requestFailed: (kind: string) => void;
  /** Counts a check, if it is one of those that are counted by themselves. */
  readonly checked: (name: string, held: boolean) => void;
  /**
   * Adds nothing to every counter. k6 does not push a sample of the same millisecond as the one pushed before;
   * without a later one the last values would never arrive. Counters of tenants' scenarios (whose each is, by name) are
   * counters of their own.
   */
  readonly touch: (tenantOf?: Readonly<Record<string, string>>) => void;
}

/** Functions over variables, and no class: k6's engine looks a property up much more slowly than a variable. */
export function createMeters(limitsMs: readonly number[], watched: readonly string[]): Meters {
  const begun = new Gauge(meterNames.begun);
  const started = new Counter(meterNames.started);
  const ended = new Counter(meterNames.iterations);
  const iterationsFailed = new Counter(meterNames.iterationsFailed);
  const thrown = new Counter(meterNames.iterationsThrown);
  const failed = new Counter(meterNames.failed);
  const errors = new Counter(meterNames.errors);
  const checks = new Counter(meterNames.checks);
  const counted = new Set(watched);
  // Not declared as a time: k6 would send seconds, in whose buckets milliseconds have no exact bounds.
  const latency = new Trend(meterNames.latency);
  const messages = new Trend(meterNames.messages);
  const [least = Infinity, ...others] = [...limitsMs, Infinity].toSorted((left, right) => left - right);
  const tagged = others.map((ms) => ({ ms, tags: { [WITHIN]: String(ms) } }));

  return {
    iterationStarted(scenarioStart) {
      if (scenarioStart !== undefined) begun.add(scenarioStart);
      started.add(1);
    },
    iterationEnded(outcome) {
      if (outcome !== 'held') iterationsFailed.add(1);
      if (outcome === 'thrown') thrown.add(1);
      ended.add(1);
    },
    request(latencyMs) {
      if (latencyMs <= least) {
        latency.add(latencyMs);
        return;
      }
      const other = tagged.find(({ ms }) => latencyMs <= ms);
      // A latency that is no number keeps no limit.
      latency.add(latencyMs, other?.tags ?? { [WITHIN]: 'Infinity' });
    },
    message(waitedMs, tags) {
      messages.add(waitedMs, { ...tags });
    },
    requestFailed(kind) {
      failed.add(1);
      errors.add(1, { kind });
    },
    checked(name, held) {
      if (counted.has(name)) checks.add(1, { check: name, held: held ? 'yes' : 'no' });
    },
    touch(tenantOf = {}) {
      for (const counter of [started, ended, iterationsFailed, thrown, failed]) {
        counter.add(0);
        for (const [scenario, tenant] of Object.entries(tenantOf)) {
          counter.add(0, { [TENANT]: tenant, [SCENARIO]: scenario });
        }
      }
      for (const check of watched) {
        for (const held of ['yes', 'no']) {
          checks.add(0, { check, held });
          for (const [scenario, tenant] of Object.entries(tenantOf)) {
            checks.add(0, { check, held, [TENANT]: tenant, [SCENARIO]: scenario });
          }
        }
      }
    },
  };
}
