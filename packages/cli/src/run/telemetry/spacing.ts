import type { Prometheus } from '@ordeal/shared/prometheus/client';

/** The newest samples tell; so many are looked at. */
const SAMPLES = 20;
/** Fewer gaps than this tell nothing. */
const LEAST_GAPS = 3;

/** Seconds between the samples of one series: the median. Undefined when there are too few to tell. */
export async function spacingOf(
  prometheus: Prometheus,
  labels: Readonly<Record<string, string>>,
  expectedSeconds: number,
  nowWallMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  // When the samples are further apart than the settings say, a second, wider look finds them.
  for (const lookBackMs of [Math.max(60_000, 10_000 * expectedSeconds), 900_000]) {
    const answer = await prometheus.rawSamples(
      `{${matchers.join(',')}}`,
      nowWallMs - lookBackMs,
      nowWallMs,
      signal,
    );
    const samples = answer.ok ? (answer.value.series[0]?.samples ?? []) : [];
    const stamps = samples.slice(-SAMPLES).map(([at]) => at);
    const gaps = stamps.slice(1).map((at, place) => (at - (stamps[place] ?? at)) / 1000);
    if (gaps.length >= LEAST_GAPS) return gaps.toSorted((left, right) => left - right)[gaps.length >> 1];
  }
  return undefined;
}
