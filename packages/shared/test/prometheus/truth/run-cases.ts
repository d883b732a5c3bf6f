import { collectReadings } from '../../../src/judge/collect.ts';
import { judge } from '../../../src/judge/judge.ts';
import type { Assignment } from '../../../src/judge/observations.ts';
import { decide } from '../../../src/judge/decide.ts';
import type { Finding } from '../../../src/objectives/finding.ts';
import type { PrometheusSettings } from '../../../src/platform/platform.ts';
import { createPrometheus } from '../../../src/prometheus/client.ts';
import { systemClock } from '../../../src/time/system-clock.ts';
import { anchor, observationsOf, windowAt } from '../../judge/observations-of.ts';
import { remoteWrite } from '../remote-write.ts';
import { SCRAPE_MS, WINDOW_MS, type RowSpec, type TruthCase, type UsualQuery } from './case.ts';

/** Whether what was said agrees with the truth. Inconclusive says nothing, and so is never wrong. */
export type Judged = 'right' | 'wrong' | 'open';

/** What one of the usual queries said, and what somebody who gates on `value beyond the limit` makes of it. */
export interface UsualAnswer {
  readonly query: string;
  /** Undefined when it gave nothing. */
  readonly value: number | undefined;
  readonly gate: 'green' | 'red';
  readonly judged: 'right' | 'wrong';
}

export interface Row {
  readonly case: string;
  readonly spec: RowSpec;
  readonly finding: Finding;
  readonly judged: Judged;
  readonly usual: readonly UsualAnswer[];
}

/** Writes every case into the Prometheus, judges each of its objectives, and asks what people usually ask. */
export async function runCases(url: string, cases: readonly TruthCase[]): Promise<readonly Row[]> {
  // What reaches back farthest comes first: nothing may be an hour older than what was written before it.
  for (const one of [...cases].sort((left, right) => earliest(left) - earliest(right))) {
    if (one.series.length > 0) await remoteWrite(url, one.series);
  }
  const settings: PrometheusSettings = { url, scrapeIntervalSeconds: SCRAPE_MS / 1000, targets: [] };
  const prometheus = createPrometheus(settings, systemClock);
  const window = windowAt('w', 0, WINDOW_MS);
  const specs = cases.flatMap((one) => one.rows.map((spec) => ({ name: one.name, spec })));
  const assignments: Assignment[] = specs.map(({ name, spec }) => ({
    objectiveName: `${name}: ${spec.what}`,
    objective: spec.objective,
    window: 'w',
  }));
  const readings = await collectReadings(prometheus, settings, assignments, [window]);
  const findings = judge(observationsOf({ assignments, windows: [window], readings }));
  const rows: Row[] = [];
  for (const [place, { name, spec }] of specs.entries()) {
    const finding = findings[place];
    if (finding === undefined) throw new Error(`no finding for ${name}`);
    const usual: UsualAnswer[] = [];
    for (const query of spec.usual) usual.push(await askUsual(url, query, spec));
    const judged =
      finding.outcome === 'inconclusive' ? 'open' : finding.outcome === wanted(spec) ? 'right' : 'wrong';
    rows.push({
      case: name,
      spec,
      finding,
      // Where there was nothing to judge, that is the truth.
      judged: judged === 'open' && spec.truth === null ? 'right' : judged,
      usual,
    });
  }
  return rows;
}

function wanted({ objective, truth }: RowSpec): Finding['outcome'] {
  if (truth === null) return 'inconclusive';
  const decision = decide({ low: truth, high: truth }, objective.comparator, objective.limit);
  return decision === 'holds' ? 'pass' : 'fail';
}

async function askUsual(url: string, { query, factor }: UsualQuery, spec: RowSpec): Promise<UsualAnswer> {
  const time = String((anchor.wallMs + WINDOW_MS) / 1000);
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query, time }),
  });
  const answer = (await response.json()) as {
    error?: string;
    data: { result: { value: [number, string] }[] };
  };
  if (!response.ok) throw new Error(`${query}: ${answer.error ?? response.status}`);
  const text = answer.data.result[0]?.value[1];
  const value = text === undefined ? undefined : numberOf(text) * factor;
  const { comparator, limit } = spec.objective;
  const beyond =
    value !== undefined &&
    !Number.isNaN(value) &&
    decide({ low: value, high: value }, comparator, limit) === 'violated';
  const gate = beyond ? 'red' : 'green';
  return {
    query,
    value,
    gate,
    judged: (gate === 'green' ? 'pass' : 'fail') === wanted(spec) ? 'right' : 'wrong',
  };
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

function earliest({ series }: TruthCase): number {
  return Math.min(
    ...series.flatMap(({ samples = [], histograms = [] }) => [
      samples[0]?.[0] ?? Infinity,
      histograms[0]?.[0] ?? Infinity,
    ]),
  );
}
