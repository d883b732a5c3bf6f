import { describe, expect, test } from 'vitest';
import { evidenceOver } from '../../src/judge/client-evidence.ts';
import { judgeClient } from '../../src/judge/signals/client.ts';
import type { ClientInterval } from '../../src/load/client-interval.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { ClientSignal } from '../../src/objectives/signal.ts';
import type { Span } from '../../src/time/interval.ts';
import { histogramOf, seeded } from './observations-of.ts';

/** A request by when it ended. A dropped iteration has no duration. */
interface Event {
  readonly at: number;
  readonly failed: boolean;
  readonly tookMs: number;
  readonly dropped: boolean;
}

const DURATION = 12_000;

/** Requests at a rate, with errors and slow ones now and then or in bursts; `worse` adds to both. */
function eventsOf(seed: number, worse = 0): readonly Event[] {
  const random = seeded(seed);
  const everyMs = 4 + 40 * random();
  const bad = [0, 0, 0.005, 0.05, 0.3][Math.floor(random() * 5)] ?? 0;
  const slow = [0, 0.03, 0.08][Math.floor(random() * 3)] ?? 0;
  const drops = random() < 0.2 ? 0.02 : 0;
  const burst = random() < 0.3 ? DURATION * random() : Infinity;
  const events: Event[] = [];
  for (let at = 0; at < DURATION; at += everyMs * (0.5 + random())) {
    const inBurst = at > burst && at < burst + 700;
    const [isBad, isSlow, isDropped] = [random(), random(), random()];
    events.push({
      at,
      failed: isBad < bad + worse || (inBurst && isBad < 0.8),
      tookMs: isSlow < slow + worse || inBurst ? 210 + 300 * random() : 20 + 150 * random(),
      dropped: isDropped < drops,
    });
  }
  return events;
}

/** Reports about a second apart, as the client pushes them. */
function reportsOf(seed: number, events: readonly Event[]): readonly ClientInterval[] {
  const random = seeded(seed + 1000);
  const reports: ClientInterval[] = [];
  for (let from = -300 * random(); from < DURATION;) {
    const to = from + 920 + 160 * random();
    const own = events.filter(({ at }) => at > from && at <= to);
    const sent = own.filter(({ dropped }) => !dropped);
    const failed = sent.filter((one) => one.failed).length;
    reports.push({
      from,
      to,
      iterations: Math.ceil(sent.length / 2),
      dropped: own.length - sent.length,
      requests: sent.length,
      failed,
      errors: failed > 0 ? { timeout: failed } : {},
      latency: histogramOf(sent.map(({ tookMs }) => tookMs)),
      under: { 200: sent.filter(({ tookMs }) => tookMs <= 200).length },
    });
    from = to;
  }
  return reports;
}

/** By the events themselves. An iteration that was dropped counts for the requests of one that was not. */
function truthOf(
  signal: ClientSignal,
  events: readonly Event[],
  reports: readonly ClientInterval[],
  span: Span,
): number | undefined {
  const own = events.filter(({ at }) => at > span.from && at <= span.to);
  const sent = own.filter(({ dropped }) => !dropped);
  const touching = reports.filter(({ from, to }) => to > span.from && from < span.to);
  const sum = (of: (one: ClientInterval) => number) => touching.reduce((all, one) => all + of(one), 0);
  const k = Math.max(
    1,
    sum(({ requests }) => requests) /
      Math.max(
        1,
        sum(({ iterations }) => iterations),
      ),
  );
  const dropped = (own.length - sent.length) * k;
  const failed = sent.filter((one) => one.failed).length;
  if (sent.length === 0) return undefined;
  switch (signal.measure) {
    case 'error-ratio':
      return (failed + dropped) / (sent.length + dropped);
    case 'availability':
      return (sent.length - failed) / (sent.length + dropped);
    case 'throughput':
      return ((sent.length - failed) * 1000) / (span.to - span.from);
    case 'latency-share':
      return sent.filter(({ tookMs }) => tookMs <= signal.underMs).length / sent.length;
    case 'latency': {
      const sorted = sent.map(({ tookMs }) => tookMs).sort((left, right) => left - right);
      return sorted[Math.ceil(signal.quantile * sorted.length - 1e-9) - 1];
    }
  }
}

const objectives: readonly (Objective & { readonly signal: ClientSignal })[] = [
  { signal: { from: 'client', measure: 'error-ratio' }, comparator: '<', limit: 0.02, unit: 'ratio' },
  { signal: { from: 'client', measure: 'availability' }, comparator: '>=', limit: 0.95, unit: 'ratio' },
  { signal: { from: 'client', measure: 'latency', quantile: 0.95 }, comparator: '<', limit: 200, unit: 'ms' },
  { signal: { from: 'client', measure: 'latency', quantile: 0.5 }, comparator: '<', limit: 100, unit: 'ms' },
  {
    signal: { from: 'client', measure: 'latency-share', underMs: 200 },
    comparator: '>',
    limit: 0.94,
    unit: 'ratio',
  },
  {
    signal: { from: 'client', measure: 'latency-share', underMs: 128 },
    comparator: '>',
    limit: 0.69,
    unit: 'ratio',
  },
  { signal: { from: 'client', measure: 'throughput' }, comparator: '>', limit: 40, unit: 'req/s' },
];

/** By what ended in the window alone, as far as it has been reported. */
const judged = (objective: (typeof objectives)[number], reports: readonly ClientInterval[], span: Span) =>
  judgeClient(
    { objectiveName: 'o', objective, window: 'w', least: 20 },
    objective.signal,
    evidenceOver(
      reports.filter(({ from, to }) => to > span.from && from < span.to),
      span,
    ),
  );

function spanOf(seed: number): Span {
  const random = seeded(seed + 2000);
  const from = 500 + 3000 * random();
  return { from, to: from + 2500 + 5000 * random() };
}

const seeds = Array.from({ length: 300 }, (_, index) => index + 1);

describe('the client, wherever the edges of the window fall', () => {
  test.each(objectives)('$signal.measure $signal.quantile: bounds contain the truth', (objective) => {
    let tight = 0;
    const outcomes = new Set<string>();
    for (const seed of seeds) {
      const events = eventsOf(seed);
      const reports = reportsOf(seed, events);
      const span = spanOf(seed);
      const finding = judged(objective, reports, span);
      const truth = truthOf(objective.signal, events, reports, span);
      outcomes.add(finding.outcome);
      if (finding.value === null || truth === undefined) continue;
      const { low, high } = finding.value;
      const hint = `seed ${seed}: ${truth} in ${low} to ${high}; ${finding.explanation}`;
      expect(low, hint).toBeLessThanOrEqual(truth + 1e-9);
      expect(high ?? Infinity, hint).toBeGreaterThanOrEqual(truth - 1e-9);
      const holds = objective.comparator === '<' ? truth < objective.limit : truth >= objective.limit;
      // A quantile at its limit counts as within.
      const lie =
        finding.outcome === 'pass'
          ? !holds && truth !== objective.limit
          : finding.outcome === 'fail' && holds;
      expect(lie, hint).toBe(false);
      if (high !== null && high - low <= 0.3 * Math.max(high, 0.02)) tight += 1;
    }
    expect([...outcomes].sort()).toEqual(['fail', 'inconclusive', 'pass']);
    // Bounds from nothing to everything would contain the truth too.
    expect(tight).toBeGreaterThan(75);
  });

  test('an inferred value lies around the observed one, and passes and fails less often', () => {
    for (const seed of seeds.slice(0, 60)) {
      const reports = reportsOf(seed, eventsOf(seed));
      const span = spanOf(seed);
      for (const objective of objectives) {
        if (objective.signal.measure === 'throughput') continue;
        const observed = judged(objective, reports, span);
        const inferred = judged({ ...objective, claim: 'inferred' }, reports, span);
        const hint = `seed ${seed}, ${objective.signal.measure}: ${JSON.stringify([observed.value, inferred.value])}`;
        expect(inferred.value?.low ?? 0, hint).toBeLessThanOrEqual(observed.value?.low ?? 0);
        expect(inferred.value?.high ?? Infinity, hint).toBeGreaterThanOrEqual(observed.value?.high ?? 0);
        expect(['inconclusive', observed.outcome], hint).toContain(inferred.outcome);
      }
    }
  });

  const rank = { pass: 0, inconclusive: 1, fail: 2 } as const;

  test('worse requests never make a finding better, missing reports never make one pass', () => {
    for (const seed of seeds.slice(0, 80)) {
      const span = spanOf(seed);
      const before = reportsOf(seed, eventsOf(seed));
      const worse = [0.01, 0.1].map((more) => reportsOf(seed, eventsOf(seed, more)));
      for (const given of objectives) {
        for (const claim of ['observed', 'inferred'] as const) {
          const objective = { ...given, claim };
          const was = judged(objective, before, span);
          for (const reports of worse) {
            const is = judged(objective, reports, span);
            expect(rank[is.outcome], `seed ${seed} ${given.signal.measure}`).toBeGreaterThanOrEqual(
              rank[was.outcome],
            );
          }
          for (let left = 0; left < before.length; left += 2) {
            const touched = before[left];
            if (touched === undefined || touched.to <= span.from || touched.from >= span.to) continue;
            const overlap = Math.min(touched.to, span.to) - Math.max(touched.from, span.from);
            const is = judged(
              objective,
              before.filter((_, index) => index !== left),
              span,
            );
            if (overlap <= 1) continue;
            expect(is.outcome, `seed ${seed} without ${left}`).not.toBe('pass');
          }
        }
      }
    }
  });
});

/** Some requests of a few seconds hang, and fail long after what they hung in. */
function withHung(seed: number): readonly Event[] {
  const random = seeded(seed + 3000);
  const hangs = { from: 2000 + 2000 * random(), share: [0.02, 0.3][Math.floor(random() * 2)] ?? 0 };
  const lasts = 500 + 3000 * random();
  const timeout = 1500 + 2500 * random();
  return eventsOf(seed)
    .map((event) => {
      const began = event.at - event.tookMs;
      const hung = began > hangs.from && began < hangs.from + lasts && random() < hangs.share;
      return hung ? { ...event, failed: true, at: began + timeout, tookMs: timeout } : event;
    })
    .toSorted((left, right) => left.at - right.at)
    .filter(({ at }) => at <= DURATION);
}

describe('requests that hang in the window, and fail behind it', () => {
  const [errorRatio, , , , , , throughput] = objectives;

  test('may be errors of it, whenever they end', () => {
    let hung = 0;
    for (const seed of seeds) {
      const events = withHung(seed);
      const reports = reportsOf(seed, events);
      const span = spanOf(seed);
      const finding = judgeClient(
        { objectiveName: 'o', objective: errorRatio!, window: 'w', least: 20 },
        errorRatio!.signal,
        evidenceOver(reports, span),
      );
      if (finding.value === null) continue;
      const sent = events.filter(({ dropped }) => !dropped);
      const ended = sent.filter(({ at }) => at > span.from && at <= span.to);
      const late = sent.filter(
        ({ at, tookMs, failed }) =>
          failed && at > span.to && at - tookMs > span.from && at - tookMs <= span.to && tookMs > 1000,
      );
      hung += late.length;
      const failed = ended.filter((one) => one.failed).length + late.length;
      const hint = `seed ${seed}: ${late.length} late; ${finding.explanation}`;
      const truth = failed / (ended.length + late.length);
      expect(finding.value.high ?? Infinity, hint).toBeGreaterThanOrEqual(truth - 1e-9);
      expect(finding.outcome === 'pass' && truth >= errorRatio!.limit, hint).toBe(false);
    }
    expect(hung).toBeGreaterThan(1000);
  });

  test('are none of it when they were quick, or ended before they could have begun in it', () => {
    const quiet = (from: number): ClientInterval => ({
      from,
      to: from + 1000,
      iterations: 100,
      dropped: 0,
      requests: 100,
      failed: 0,
      errors: {},
      latency: histogramOf(Array.from({ length: 100 }, () => 20)),
      under: {},
    });
    const failing = (from: number, tookMs: number): ClientInterval => ({
      ...quiet(from),
      failed: 50,
      errors: { timeout: 50 },
      latency: histogramOf(Array.from({ length: 100 }, (_, index) => (index < 50 ? tookMs : 20))),
    });
    const span = { from: 0, to: 5000 };
    const inWindow = [0, 1000, 2000, 3000, 4000].map(quiet);
    const judge = (objective: (typeof objectives)[number], behind: ClientInterval) =>
      judgeClient(
        { objectiveName: 'o', objective, window: 'w', least: 20 },
        objective.signal,
        evidenceOver([...inWindow, quiet(5000), quiet(6000), behind], span),
      );
    // Begun behind the window, within it, and before it.
    expect(judge(errorRatio!, failing(7000, 900))).toMatchObject({ outcome: 'pass', value: { high: 0 } });
    expect(judge(errorRatio!, failing(7000, 9000))).toMatchObject({ outcome: 'pass', value: { high: 0 } });
    const hung = judge(errorRatio!, failing(7000, 4000));
    expect(hung).toMatchObject({ outcome: 'inconclusive', value: { low: 0, high: 50 / 550 } });
    expect(hung.explanation).toContain(
      '50 requests failed behind the window after so long that they may have begun in it.',
    );
    expect(judge(throughput!, failing(7000, 4000))).toMatchObject({ value: { low: 100, high: 100 } });
  });
});
