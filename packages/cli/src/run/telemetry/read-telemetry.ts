import type { PrometheusSignal } from '@ordeal/shared/objectives/signal';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { Prometheus } from '@ordeal/shared/prometheus/client';
import { numberOf, type RawSeries } from '@ordeal/shared/prometheus/reading';
import type { ObjectiveFacts, Telemetry } from '@ordeal/shared/scenario/decidable/facts';
import { plannedWindows } from '@ordeal/shared/scenario/decidable/planned-windows';
import type { Scenario } from '@ordeal/shared/scenario/scenario';
import type { Clock } from '@ordeal/shared/time/clock';
import { askBatched } from './ask-batched.ts';
import { questionsOf, type Questions } from './questions.ts';
import { spacingOf } from './spacing.ts';

/** So long for one answer: whoever plans is waiting. */
export const PLAN_ANSWER_MS = 3000;
/** For all questions together: a plan must not wait long for an answer that it can do without. */
const DEADLINE_MS = 6000;

/** Signals by the names of their objectives. */
export type Signals = ReadonlyMap<string, PrometheusSignal>;

/**
 * Asks Prometheus, in few queries, what objectives will be judged by: how far apart samples are, which bounds the
 * histograms have, how much usually happens; at an instant of the wall clock, or now. Only reads, and never throws.
 */
export async function readTelemetry(
  prometheus: Prometheus,
  platform: Platform,
  signals: Signals,
  clock: Clock,
  atWallMs?: number,
): Promise<Telemetry> {
  if (signals.size === 0) return { known: true, spacings: [], objectives: {}, unknown: [] };
  try {
    return await ask(prometheus, platform, signals, clock, atWallMs, AbortSignal.timeout(DEADLINE_MS));
  } catch {
    return { known: false, why: `Prometheus did not answer within ${DEADLINE_MS / 1000} s` };
  }
}

/** Of what a scenario judges by Prometheus. */
export function signalsOf(platform: Platform, scenario: Scenario): Signals {
  const names = new Set(plannedWindows(scenario).flatMap(({ objectives }) => objectives));
  return new Map(
    [...names].flatMap((name) => {
      const signal = platform.objectives[name]?.signal;
      return signal?.from === 'prometheus' ? [[name, signal] as const] : [];
    }),
  );
}

async function ask(
  prometheus: Prometheus,
  platform: Platform,
  signals: Signals,
  clock: Clock,
  atWallMs: number | undefined,
  signal: AbortSignal,
): Promise<Telemetry> {
  const { scrapeIntervalSeconds, targets } = platform.prometheus;
  const range = `${Math.ceil(Math.max(300, 4 * scrapeIntervalSeconds))}s`;
  const questions = new Map(
    [...signals].flatMap(([name, one]) => {
      const asked = questionsOf(one, range);
      return asked === undefined ? [] : [[name, asked] as const];
    }),
  );
  const exemplars = await askBatched(
    prometheus,
    new Map([
      ...targets.map(({ name, selector }) => [`target ${name}`, `topk(1, ${selector})`] as const),
      ...[...questions].map(([name, { series }]) => [`objective ${name}`, `topk(1, ${series})`] as const),
    ]),
    atWallMs,
    signal,
  );
  const silent = exemplars.failures.find(({ kind }) => kind === 'unreachable' || kind === 'timed-out');
  if (silent !== undefined) return { known: false, why: silent.message };

  const plain = await askBatched(prometheus, expressionsOf(questions, false), atWallMs, signal);
  // Older servers do not know the functions that native histograms need: these are asked apart.
  const native = await askBatched(prometheus, expressionsOf(questions, true), atWallMs, signal);
  const answers = new Map([...plain.answers, ...native.answers]);
  const jobs = await spacings(
    prometheus,
    exemplars.answers,
    scrapeIntervalSeconds,
    atWallMs ?? clock.wall(),
    signal,
  );
  const facts = [...questions].map(([name, asked]) => {
    const exemplar = exemplars.answers.get(`objective ${name}`)?.[0];
    const spacing = exemplar === undefined ? undefined : jobs.get(jobOf(exemplar));
    return [name, { ...factsOf(name, asked, answers), ...defined('spacingSeconds', spacing) }] as const;
  });
  const failures = [...exemplars.failures, ...plain.failures, ...native.failures];
  const absent = [...questions.keys()].filter(
    (name) => exemplars.answers.get(`objective ${name}`)?.length === 0 && !seen(name, answers),
  );
  return {
    known: true,
    spacings: [...jobs].map(([of, seconds]) => ({ of, seconds })),
    objectives: Object.fromEntries(facts),
    unknown: [
      ...new Set(failures.map(({ message }) => `Not all could be checked: ${message}`)),
      ...(absent.length === 0
        ? []
        : [`Prometheus has no series yet of ${absent.join(', ')}: what these need was not checked`]),
    ],
  };
}

function expressionsOf(questions: ReadonlyMap<string, Questions>, native: boolean): Map<string, string> {
  const expressions = new Map<string, string>();
  for (const [name, asked] of questions) {
    if ((asked.native !== undefined) !== native) continue;
    if (asked.buckets !== undefined) expressions.set(`buckets ${name}`, asked.buckets);
    if (asked.rate !== undefined) expressions.set(`rate ${name}`, asked.rate);
    if (asked.native !== undefined) {
      expressions.set(`native ${name}`, asked.native.histograms);
      expressions.set(`others ${name}`, asked.native.others);
    }
  }
  return expressions;
}

type Answers = ReadonlyMap<string, readonly RawSeries[]>;

function factsOf(name: string, asked: Questions, answers: Answers): ObjectiveFacts {
  const native = onlyValue(answers.get(`native ${name}`));
  const others = onlyValue(answers.get(`others ${name}`));
  const bounds = (answers.get(`buckets ${name}`) ?? []).flatMap((series) => {
    const le = Number(series.labels['le'] ?? NaN);
    return Number.isFinite(le) ? [{ le, series: onlyValue([series]) ?? 0 }] : [];
  });
  return {
    ...defined('eventsPerSecond', onlyValue(answers.get(`rate ${name}`))),
    // A histogram of which there is no series yet has no bounds yet either.
    ...((answers.get(`buckets ${name}`)?.length ?? 0) > 0 ? { buckets: bounds } : {}),
    ...(asked.native === undefined || (native === undefined && others === undefined)
      ? {}
      : { native: (native ?? 0) > 0 }),
  };
}

/** Whether any series of the objective was there, also where `topk` knows no order among them. */
function seen(name: string, answers: Answers): boolean {
  return ['native', 'others', 'buckets'].some((kind) => (answers.get(`${kind} ${name}`)?.length ?? 0) > 0);
}

/** The value of the only series; undefined when there is none that is a number. */
function onlyValue(series: readonly RawSeries[] | undefined): number | undefined {
  const value = numberOf(series?.[0]?.samples[0]?.[1] ?? 'NaN');
  return Number.isFinite(value) ? value : undefined;
}

/** Seconds between samples, by job: one series of each speaks for all of them. */
async function spacings(
  prometheus: Prometheus,
  exemplars: Answers,
  expectedSeconds: number,
  atWallMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const byJob = new Map<string, RawSeries>();
  for (const series of [...exemplars.values()].flat()) {
    if (!byJob.has(jobOf(series))) byJob.set(jobOf(series), series);
  }
  const found = new Map<string, number>();
  for (const [job, series] of byJob) {
    const seconds = await spacingOf(prometheus, series.labels, expectedSeconds, atWallMs, signal);
    if (seconds !== undefined) found.set(job, seconds);
  }
  return found;
}

function jobOf({ labels }: RawSeries): string {
  return labels['job'] ?? labels['__name__'] ?? 'series without a job';
}

function defined<Key extends string>(key: Key, value: number | undefined): { [K in Key]?: number } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: number };
}
