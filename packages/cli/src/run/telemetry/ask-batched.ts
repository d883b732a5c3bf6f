import type { Prometheus } from '@ordeal/shared/prometheus/client';
import type { Answer, RawSeries } from '@ordeal/shared/prometheus/reading';

/** So many expressions go into one query. */
const BATCH = 20;
/** Tells the answers of a batch apart; no label of a platform. */
const PLACE = 'ordeal_place';

/**
 * Evaluates many instant expressions in few queries. Gives the series of each expression, by its key; those of a
 * batch that failed are missing, and `failures` says why.
 */
export async function askBatched(
  prometheus: Prometheus,
  expressions: ReadonlyMap<string, string>,
  atWallMs: number | undefined,
  signal: AbortSignal,
): Promise<{
  readonly answers: ReadonlyMap<string, readonly RawSeries[]>;
  readonly failures: readonly Extract<Answer<never>, { ok: false }>['error'][];
}> {
  const answers = new Map<string, readonly RawSeries[]>();
  const failures: Extract<Answer<never>, { ok: false }>['error'][] = [];
  const entries = [...expressions];
  for (let from = 0; from < entries.length; from += BATCH) {
    const batch = entries.slice(from, from + BATCH);
    const query = batch
      .map(([, expression], place) => `label_replace(${expression}, "${PLACE}", "${place}", "", "")`)
      .join(' or ');
    const answer = await prometheus.instant(query, atWallMs, signal);
    if (!answer.ok) {
      failures.push(answer.error);
      continue;
    }
    batch.forEach(([key], place) => {
      const own = answer.value.series.filter(({ labels }) => labels[PLACE] === String(place));
      answers.set(key, own.map(withoutPlace));
    });
  }
  return { answers, failures };
}

function withoutPlace(series: RawSeries): RawSeries {
  const { [PLACE]: _, ...labels } = series.labels;
  return { ...series, labels };
}
