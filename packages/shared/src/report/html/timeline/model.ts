import type { JournalEntry } from '../../../timeline/event.ts';

/** All times are seconds since the run's first entry. */
export interface TimelineModel {
  /** Wall-clock time of second 0, ISO. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly phases: readonly PhaseSpan[];
  readonly faults: readonly FaultSpan[];
  readonly milestones: readonly Mark[];
  readonly load: readonly LoadPoint[];
  /** Seconds that one point of the load stands for. */
  readonly binSeconds: number;
}

export interface PhaseSpan {
  readonly name: string;
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** `open`: the journal does not know its end. */
  readonly outcome: 'done' | 'failed' | 'skipped' | 'open';
  readonly detail: string;
}

export interface FaultSpan {
  readonly name: string;
  readonly targets: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Who healed it; null when the journal does not say that it was. */
  readonly healedBy: string | null;
}

export interface Mark {
  readonly name: string;
  readonly phase: string;
  readonly at: number;
}

/** Means of the rate, sums of failed and dropped requests, the worst p95. */
export interface LoadPoint {
  readonly at: number;
  readonly rate: number;
  readonly failed: number;
  readonly dropped: number;
  readonly p95Ms: number | null;
}

// More points than the drawing has places for would only make the file large.
const MOST_POINTS = 720;

/** Reads the journal for drawing. Undefined when it has no entry. */
export function timelineModel(journal: readonly JournalEntry[]): TimelineModel | undefined {
  const first = journal[0];
  const last = journal.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const secondsOf = (monotonicMs: number): number => (monotonicMs - first.monotonicMs) / 1000;
  const seconds = Math.max(1, secondsOf(last.monotonicMs));
  const binSeconds = Math.max(1, Math.ceil(seconds / MOST_POINTS));
  return {
    startedAt: first.at,
    seconds,
    binSeconds,
    phases: phasesOf(journal, secondsOf, seconds),
    faults: faultsOf(journal, secondsOf, seconds),
    milestones: journal.flatMap((entry) =>
      entry.type === 'milestone'
        ? [
            {
              name: entry.name,
              phase: entry.phase,
              at: secondsOf((entry.instant.low + entry.instant.high) / 2),
            },
          ]
        : [],
    ),
    load: loadOf(journal, secondsOf, binSeconds),
  };
}

type ToSeconds = (monotonicMs: number) => number;

function phasesOf(journal: readonly JournalEntry[], secondsOf: ToSeconds, end: number): readonly PhaseSpan[] {
  return journal.flatMap((entry, index): readonly PhaseSpan[] => {
    if (entry.type !== 'phase-started') return [];
    const ended = journal
      .slice(index)
      .find((later) => later.type === 'phase-ended' && later.phase === entry.phase);
    const span = { name: entry.phase, title: entry.title, from: secondsOf(entry.monotonicMs) };
    return ended?.type === 'phase-ended'
      ? [{ ...span, to: secondsOf(ended.monotonicMs), outcome: ended.outcome, detail: ended.detail }]
      : [{ ...span, to: end, outcome: 'open', detail: '' }];
  });
}

function faultsOf(journal: readonly JournalEntry[], secondsOf: ToSeconds, end: number): readonly FaultSpan[] {
  return journal.flatMap((entry, index) => {
    if (entry.type !== 'fault-injected') return [];
    // A fault may be healed in a later phase than its own: a lost region comes back in the failback.
    const healed = journal
      .slice(index)
      .find((later) => later.type === 'fault-healed' && later.fault === entry.fault);
    const sent = entry.acknowledgements.map((acknowledgement) => acknowledgement.sent);
    return [
      {
        name: entry.fault,
        targets: entry.acknowledgements.map((acknowledgement) => acknowledgement.target),
        from: secondsOf(Math.min(entry.monotonicMs, ...sent)),
        to: healed ? secondsOf(healed.monotonicMs) : end,
        healedBy: healed?.type === 'fault-healed' ? healed.by : null,
      },
    ];
  });
}

function loadOf(journal: readonly JournalEntry[], secondsOf: ToSeconds, bin: number): readonly LoadPoint[] {
  const bins = new Map<number, { seconds: number; point: LoadPoint }>();
  for (const entry of journal) {
    if (entry.type !== 'load-second') continue;
    const key = Math.floor(secondsOf(entry.monotonicMs) / bin);
    const before = bins.get(key);
    const seconds = (before?.seconds ?? 0) + 1;
    const rateSum = (before ? before.point.rate * before.seconds : 0) + entry.requestsPerSecond;
    bins.set(key, {
      seconds,
      point: {
        at: bin === 1 ? secondsOf(entry.monotonicMs) : key * bin + bin / 2,
        rate: rateSum / seconds,
        failed: (before?.point.failed ?? 0) + entry.failed,
        dropped: (before?.point.dropped ?? 0) + entry.dropped,
        p95Ms: worse(before?.point.p95Ms ?? null, entry.p95Ms),
      },
    });
  }
  return [...bins.values()].map(({ point }) => point);
}

function worse(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return left ?? right;
  return Math.max(left, right);
}
