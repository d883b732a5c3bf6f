import type { Prometheus } from '@ordeal/shared/prometheus/client';
import type { Answer } from '@ordeal/shared/prometheus/reading';

/**
 * Instances whose process started at that time or later and that were scraped within the interval, also those that
 * are gone by its end: a new version that dies at once is what a gate is for. All times are wall-clock milliseconds.
 */
export async function newInstances(
  prometheus: Prometheus,
  startedAfter: number,
  fromWallMs: number,
  toWallMs: number,
  signal: AbortSignal | undefined,
): Promise<Answer<readonly string[]>> {
  const rangeMs = Math.max(1, Math.ceil(toWallMs - fromWallMs));
  // Many processes tell their start in whole seconds.
  const since = Math.floor(startedAfter / 1000);
  const query = `count by (instance) (max_over_time(process_start_time_seconds{instance!=""}[${rangeMs}ms]) >= ${since})`;
  const answer = await prometheus.instant(query, toWallMs, signal);
  if (!answer.ok) return answer;
  if (answer.value.warnings.length > 0) {
    const message = `Prometheus warned: ${answer.value.warnings.join('; ')}`;
    return { ok: false, error: { kind: 'malformed', message } };
  }
  const names = answer.value.series.flatMap(({ labels }) => labels['instance'] ?? []);
  return { ok: true, value: [...new Set(names)].sort() };
}
