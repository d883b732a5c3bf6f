import type { JournalEntry, RunEvent } from '../../src/timeline/event.ts';

/** Instants of the made-up runs: the run starts at monotonic `ORIGIN`, at wall-clock time `STARTED`. */
export const ORIGIN = 5_000_000;
export const STARTED = Date.parse('2026-03-14T01:58:40.000Z');

/** ISO time of a second of the run. */
export function wall(second: number): string {
  return new Date(STARTED + second * 1000).toISOString();
}

export function entry(second: number, event: RunEvent): JournalEntry {
  return { ...event, monotonicMs: ORIGIN + second * 1000, at: wall(second) };
}

export interface FixturePhase {
  readonly name: string;
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

/** The phases of the full game day, in seconds of the run. */
export const PHASES: readonly FixturePhase[] = [
  { name: 'preflight', title: 'Preflight', from: 0, to: 2.1 },
  { name: 'smoke', title: 'Health endpoints and every journey once', from: 2.1, to: 5 },
  { name: 'baseline', title: 'Baseline load', from: 5, to: 35 },
  { name: 'replica-killed', title: 'One API replica is killed', from: 35, to: 64 },
  { name: 'database-unreachable', title: 'The database is unreachable from region A', from: 64, to: 96 },
  { name: 'region-lost', title: 'Region A is lost; region B takes over', from: 96, to: 146 },
  { name: 'failback', title: 'Region A rejoins and becomes primary again', from: 146, to: 185 },
  { name: 'judgement', title: 'Judgement and residue check', from: 185, to: 188.4 },
];

/** What the client saw in second `second`: what is normal, and what each fault does to it. */
export interface Weather {
  /** Milliseconds of p95 without any fault. */
  readonly p95: number;
  /** Share of requests that fail without any fault. */
  readonly errors: number;
}

/** The journal of a whole game day. */
export function gameDayJournal(weather: Weather): readonly JournalEntry[] {
  const entries: JournalEntry[] = [
    entry(0, {
      type: 'run-started',
      run: '20260314-015840-gameday',
      kind: 'gameday',
      platform: 'agentic-platform',
      scenario: 'gameday',
      seed: 4711,
    }),
    ...PHASES.flatMap((phase) => [
      entry(phase.from, {
        type: 'phase-started',
        phase: phase.name,
        title: phase.title,
        expectedSeconds: Math.ceil(phase.to - phase.from),
      }),
      entry(phase.to, { type: 'phase-ended', phase: phase.name, outcome: 'done', detail: '' }),
    ]),
    entry(1, {
      type: 'check',
      phase: 'preflight',
      name: 'Prometheus answers',
      held: true,
      detail: '12 targets',
    }),
    entry(5.1, { type: 'load-started', workload: 'baseline', rate: 150 }),
    ...loadSeconds(weather),
    ...fault(45.2, 46.9, 'replica-killed', 'API replica a/api-1 killed', 'process a/api-1', 'itself'),
    ...fault(74.3, 84.4, 'database-unreachable', 'database unreachable from a', 'proxy a/postgres', 'run'),
    ...fault(107.412, 147.2, 'region-lost', 'region a lost', 'region a', 'run'),
    entry(107, { type: 'step-started', phase: 'region-lost', step: 'lose region a', targetSeconds: null }),
    entry(107.45, {
      type: 'step-ended',
      phase: 'region-lost',
      step: 'lose region a',
      outcome: 'done',
      detail: '',
    }),
    entry(109.7, { type: 'step-started', phase: 'region-lost', step: 'promote b', targetSeconds: 30 }),
    entry(111.9, {
      type: 'step-ended',
      phase: 'region-lost',
      step: 'promote b',
      outcome: 'done',
      detail: '',
    }),
    ...milestones('region-lost', 107.412, [
      ['detected', 2.1],
      ['decided', 2.3],
      ['fenced', 2.6],
      ['promoted', 4.4],
      ['routed', 4.9],
      ['recovered', 5.25],
    ]),
    ...milestones('failback', 158, [
      ['fenced', 0.3],
      ['promoted', 1.4],
      ['routed', 1.8],
      ['recovered', 2.1],
    ]),
    entry(184, { type: 'load-ended', workload: 'baseline', how: 'stopped', detail: '' }),
    entry(188.5, { type: 'run-ended', outcome: 'pass', exitCode: 0 }),
  ];
  return entries.toSorted((left, right) => left.monotonicMs - right.monotonicMs);
}

function fault(
  from: number,
  to: number,
  phase: string,
  name: string,
  target: string,
  by: 'run' | 'itself',
): readonly JournalEntry[] {
  const sent = ORIGIN + from * 1000;
  return [
    entry(from - 0.05, { type: 'fault-injecting', phase, fault: name, undo: 'u1' }),
    entry(from, {
      type: 'fault-injected',
      phase,
      fault: name,
      acknowledgements: [{ target, sent: sent - 30, confirmed: sent, detail: 'gone' }],
    }),
    entry(to, { type: 'fault-healed', phase, fault: name, by }),
  ];
}

function milestones(
  phase: string,
  origin: number,
  list: readonly (readonly [name: string, after: number])[],
): readonly JournalEntry[] {
  return list.map(([name, after]) => {
    const at = ORIGIN + (origin + after) * 1000;
    return entry(origin + after, {
      type: 'milestone',
      phase,
      name,
      instant: { low: at - 100, high: at + 50 },
      detail: `${name} after ${after} s`,
    });
  });
}

function loadSeconds(weather: Weather): readonly JournalEntry[] {
  const random = seeded(42);
  return Array.from({ length: 179 }, (_, index) => {
    const second = index + 6;
    const noise = random();
    const killed = second >= 45 && second < 48;
    const cut = second >= 75 && second < 86;
    const lost = second >= 108 && second < 113;
    const back = second >= 159 && second < 161;
    const rate = Math.min(150, (second - 5) * 50) + Math.round((noise - 0.5) * 6);
    const share = lost ? 1 : cut ? 0.16 : killed ? 0.03 : back ? 0.7 : weather.errors;
    const slower = cut ? 14 : killed ? 4 : back ? 6 : second === 113 ? 20 : 1;
    return entry(second + 0.1, {
      type: 'load-second',
      requestsPerSecond: rate,
      failed: Math.round(rate * share),
      dropped: lost ? 4 : 0,
      p95Ms: lost ? null : weather.p95 * slower * (0.9 + 0.3 * random()),
    });
  });
}

/** Lehmer's generator: the same picture every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
