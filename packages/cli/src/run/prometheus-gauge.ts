import type { Gauge } from '@ordeal/chaos/experiment/deps';
import type { FaultWitness } from '@ordeal/shared/platform/platform';
import type { Prometheus } from '@ordeal/shared/prometheus/client';
import { numberOf } from '@ordeal/shared/prometheus/reading';

/** A fault's witness in Prometheus. What is no single number is no reading. */
export function prometheusGauge(
  { promql, ...measure }: FaultWitness,
  prometheus: Prometheus,
  scrapeIntervalSeconds: number,
): Gauge {
  return {
    ...measure,
    name: promql,
    renewedEveryMs: scrapeIntervalSeconds * 1000,
    read: async (signal) => {
      const answer = await prometheus.instant(promql, undefined, signal);
      if (!answer.ok) throw new Error(answer.error.message);
      const [only, ...others] = answer.value.series;
      const value = only?.samples.at(-1)?.[1];
      if (value === undefined || others.length > 0) {
        throw new Error(`it has ${answer.value.series.length} values where one was asked for`);
      }
      return numberOf(value);
    },
  };
}
