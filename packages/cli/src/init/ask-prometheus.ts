import { parseDuration } from '@ordeal/shared/time/duration';
import type { PrometheusFacts } from './from-prometheus.ts';

const ANSWER_MS = 10_000;
/** More metrics of one kind are not looked at: the first ones are proposed anyway. */
const MOST = 20;

interface Targets {
  readonly activeTargets?: readonly { readonly scrapeInterval?: string }[];
}

type Series = readonly Readonly<Record<string, string>>[];

/** Looks at which metrics a Prometheus has. Only reads. Rejects with a sentence when it does not answer. */
export async function askPrometheus(url: string): Promise<PrometheusFacts> {
  const base = url.replace(/\/+$/, '');
  const ask = async <Data>(path: string): Promise<Data> => {
    try {
      const response = await fetch(`${base}/api/v1/${path}`, { signal: AbortSignal.timeout(ANSWER_MS) });
      const body = (await response.json()) as { status: string; data: Data; error?: string };
      if (body.status !== 'success') throw new Error(body.error ?? `status ${response.status}`);
      return body.data;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Prometheus at ${new URL(url).host} does not answer ${path.split('?')[0]}: ${why}`, {
        cause: error,
      });
    }
  };
  const seriesOf = (selector: string) =>
    ask<Series>(`series?match[]=${encodeURIComponent(selector)}&limit=5000`);

  const [names, up, targets] = await Promise.all([
    ask<readonly string[]>('label/__name__/values'),
    ask<{ result: { metric: Record<string, string> }[] }>(`query?query=${encodeURIComponent('up == 1')}`),
    ask<Targets>('targets?state=active').catch((): Targets => ({})),
  ]);
  const counters = names.filter((name) => /requests?_total$/.test(name)).slice(0, MOST);
  const histograms = names.filter((name) => name.endsWith('seconds_bucket')).slice(0, MOST);
  return {
    url: base,
    scrapeIntervalSeconds: intervalOf(targets.activeTargets ?? []),
    jobs: count(up.result.map(({ metric }) => metric['job'] ?? '')),
    counters: await Promise.all(
      counters.map(async (name) => ({ name, labels: valuesIn(await seriesOf(name)) })),
    ),
    histograms: await Promise.all(
      histograms.map(async (name) => {
        const labels = valuesIn(await seriesOf(name));
        return {
          name: name.replace(/_bucket$/, ''),
          jobs: labels['job'] ?? [],
          bounds: (labels['le'] ?? []).map((le) => (le === '+Inf' ? Infinity : Number(le))),
        };
      }),
    ),
  };
}

function valuesIn(series: Series): Readonly<Record<string, readonly string[]>> {
  const values: Record<string, Set<string>> = {};
  for (const labels of series) {
    for (const [name, value] of Object.entries(labels)) (values[name] ??= new Set()).add(value);
  }
  return Object.fromEntries(Object.entries(values).map(([name, set]) => [name, [...set]]));
}

function count(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The longest that is used: windows must hold enough scrapes of every target. */
function intervalOf(targets: readonly { readonly scrapeInterval?: string }[]): number {
  const seconds = targets.flatMap(({ scrapeInterval }) => {
    const parsed = parseDuration(scrapeInterval ?? '');
    return parsed.ok ? [parsed.seconds] : [];
  });
  return seconds.length === 0 ? 15 : Math.max(...seconds);
}
