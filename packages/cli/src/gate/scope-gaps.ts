import { scopedSelectors, withMatchers, type Scope } from '@ordeal/shared/judge/scope';
import type { Prometheus } from '@ordeal/shared/prometheus/client';
import { numberOf, type Answer } from '@ordeal/shared/prometheus/reading';
import { batchesOf, tagOf, taggedQuery } from '@ordeal/shared/prometheus/tagged';
import type { PickedObjectives } from './pick-objectives.ts';

/**
 * Series that a scope would leave out because they lack a label that it looks at. An error counter without the label
 * `version` has no series in the scope `version="v2"`, and would read as no error at all. Sentences; none when the
 * scope is sound.
 */
export async function scopeGaps(
  prometheus: Prometheus,
  objectives: PickedObjectives,
  scope: Scope,
  fromWallMs: number,
  toWallMs: number,
  signal: AbortSignal | undefined,
): Promise<Answer<readonly string[]>> {
  const rangeMs = Math.max(1, Math.ceil(toWallMs - fromWallMs));
  const selectors = new Map<string, string[]>();
  for (const [name, objective] of Object.entries(objectives)) {
    for (const selector of scopedSelectors(objective.signal)) {
      selectors.set(selector, [...(selectors.get(selector) ?? []), name]);
    }
  }
  const questions = [...selectors].flatMap(([selector, names]) =>
    scope.labels.map((label) => ({ selector, names: [...new Set(names)], label })),
  );
  const tagged = questions.map((question, index) => ({
    ...question,
    tag: String(index),
    query: `count(last_over_time(${withMatchers(question.selector, `${question.label}=""`)}[${rangeMs}ms]))`,
  }));
  const gaps: string[] = [];
  for (const batch of batchesOf(tagged)) {
    const answer = await prometheus.instant(taggedQuery(batch), toWallMs, signal);
    if (!answer.ok) return answer;
    for (const { tag, selector, names, label } of batch) {
      const found = answer.value.series.find((series) => tagOf(series) === tag);
      const count = numberOf(found?.samples[0]?.[1] ?? 0);
      if (count === 0) continue;
      gaps.push(
        `${names.join(', ')}: ${count} series of ${selector} have no label ${label}, so that a scope by it would leave out what they count`,
      );
    }
  }
  return { ok: true, value: gaps };
}
