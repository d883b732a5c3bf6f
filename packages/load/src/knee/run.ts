import type { RunningWorkload, Workload } from '@ordeal/shared/load/workload';
import type { SteadyState } from '@ordeal/shared/objectives/steady';
import type { Capacity, LoadRecord } from '@ordeal/shared/record/record';
import type { Clock } from '@ordeal/shared/time/clock';
import { MOST_VIRTUAL_USERS, timeoutFor } from '../shapes/black-hole.ts';
import type { Stress } from '@ordeal/shared/load/shape/shape';
import { nextStep, type SearchBounds, type Step } from './search.ts';
import { judgeStep } from './step-outcome.ts';

/** What the search is made with. */
export interface KneeTools {
  readonly start: (workload: Workload) => Promise<RunningWorkload>;
  readonly clock: Clock;
  /** Ends the search; what was running is stopped first. */
  readonly signal: AbortSignal;
  /** How many k6 share the rate, each on a machine like this one. Default 1. */
  readonly generators?: number;
  /** What the platform has to bear. */
  readonly steady: SteadyState;
  /** Told each step when it has ended. */
  readonly onStep: (step: SeenStep) => void;
}

/** A step, with what may be shown of it. */
export interface SeenStep extends Step {
  /** Judged part, seconds. */
  readonly seconds: number;
  readonly record: LoadRecord;
}

export interface Knee {
  readonly capacity: Capacity;
  readonly steps: readonly SeenStep[];
}

/** k6's last report comes about a second after what it tells of. */
const REPORT_WITHIN_MS = 3000;
const POLL_MS = 100;
/** In so many intervals in a row, this share of all attempts failed: nothing is learned from going on. */
const HOPELESS = { intervals: 3, share: 0.5 };
/** A platform that broke gets a pause: a timeout for what is under way, and this. */
const PAUSE_MS = 1000;

/**
 * Searches for the highest rate that the platform bears. k6 cannot change a rate under way, and what is tried next
 * depends on what held before, so each step is a run of k6 of its own. It costs about two seconds besides the load. A
 * staircase in one run would have to make the virtual users of its highest rate beforehand, could not bisect, and would
 * carry the queues of one step into the next; here a step that broke is followed by a pause. Rejects with the signal's reason when it is aborted, or
 * when a step cannot be started; nothing is left running then.
 */
export async function findKnee(
  shape: Stress,
  workload: Omit<Workload, 'rate' | 'rates' | 'atMostSeconds'>,
  tools: KneeTools,
  more: Omit<SearchBounds, 'from' | 'to'> = {},
): Promise<Knee> {
  const { clock } = tools;
  const steps: SeenStep[] = [];
  const over = clock.now() + shape.seconds * 1000;
  for (;;) {
    const next = nextStep({ ...more, from: shape.from, to: shape.to }, steps, clock.now() >= over);
    if (next.do === 'end') return { capacity: next.capacity, steps };
    const usual = next.purpose === 'confirm' ? shape.confirmSeconds : shape.stepSeconds;
    const seconds = usual * next.times;
    const timeoutMs = timeoutFor(next.rate, workload.timeoutMs, MOST_VIRTUAL_USERS * generatorsOf(tools));
    const step = await runStep(
      {
        ...workload,
        name: `${workload.name} step ${steps.length + 1} at ${next.rate}/s`,
        rate: next.rate,
        timeoutMs,
        atMostSeconds: Math.ceil(shape.warmUpSeconds + seconds + REPORT_WITHIN_MS / 1000 + 1),
      },
      { warmUpSeconds: shape.warmUpSeconds, seconds, purpose: next.purpose },
      tools,
    );
    steps.push(step);
    tools.onStep(step);
    if (step.outcome.how !== 'held') await clock.sleep(timeoutMs + PAUSE_MS, tools.signal);
  }
}

function generatorsOf({ generators = 1 }: KneeTools): number {
  return generators;
}

interface StepTimes {
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly purpose: Step['purpose'];
}

async function runStep(workload: Workload, times: StepTimes, tools: KneeTools): Promise<SeenStep> {
  const { clock, signal, steady } = tools;
  const { rate } = workload;
  const load = await tools.start(workload);
  let gone = false;
  void load.ended.then(() => (gone = true));
  let window = { from: 0, to: Infinity };
  let record: LoadRecord;
  try {
    for (;;) {
      const intervals = load.stream.between(-Infinity, Infinity);
      const began = intervals[0]?.from ?? clock.now();
      const from = began + times.warmUpSeconds * 1000;
      window = { from, to: from + times.seconds * 1000 };
      if (gone || load.stream.completeUntil() >= window.to || clock.now() >= window.to + REPORT_WITHIN_MS)
        break;
      if (isHopeless(intervals.slice(-HOPELESS.intervals))) {
        window = { from: began, to: load.stream.completeUntil() };
        break;
      }
      await clock.sleep(POLL_MS, signal);
    }
  } finally {
    record = await load.stop();
  }
  const intervals = load.stream.between(-Infinity, Infinity);
  const outcome = judgeStep({
    rate,
    window,
    intervals,
    validity: record.validity,
    generators: generatorsOf(tools),
    judge: (judged) => steady.judge(workload.name, judged),
  });
  return { rate, purpose: times.purpose, outcome, seconds: (window.to - window.from) / 1000, record };
}

function isHopeless(latest: ReturnType<RunningWorkload['stream']['between']>): boolean {
  return (
    latest.length === HOPELESS.intervals &&
    latest.every(
      ({ failed, dropped, requests }) =>
        requests + dropped > 0 && failed + dropped >= HOPELESS.share * (requests + dropped),
    )
  );
}
