import type { Finding } from '../../objectives/finding.ts';
import type { LoadMeasure } from '../../objectives/signal.ts';
import type { CapacityRecord } from '../../record/record.ts';
import { findingOf, type Measurement } from '../decide.ts';
import type { Assignment, Observations } from '../observations.ts';
import { settlingOf } from '../settling.ts';
import { phaseOf } from '../windows.ts';

const words: Readonly<Record<LoadMeasure, string>> = {
  capacity: 'highest rate that the platform bears',
  'seconds-to-settle': 'seconds from the end of the spike until steady again',
};

/** Judges what a load's shape showed as a whole. */
export function judgeLoad(assignment: Assignment, measure: LoadMeasure, observations: Observations): Finding {
  return findingOf(
    assignment,
    { signal: words[measure] },
    measure === 'capacity' ? capacityIn(assignment.window, observations) : settling(assignment, observations),
  );
}

function capacityIn(window: string, observations: Observations): Measurement {
  const phase = phaseOf(observations, window);
  const record = (observations.capacities ?? []).find((one) => one.phase === phase);
  if (record === undefined) {
    return {
      kind: 'nothing',
      reason: 'not-run',
      sentence: `There was no stress test ${phase}, or it did not end.`,
    };
  }
  return measureCapacity(record);
}

function measureCapacity({ capacity, steps }: CapacityRecord): Measurement {
  const common = { kind: 'measured', samples: steps.length, violations: Infinity } as const;
  switch (capacity.how) {
    case 'found':
      return {
        ...common,
        value: { low: capacity.low, high: capacity.high },
        note: `${capacity.low}/s held; at ${capacity.high}/s ${brokeInWords(capacity.broke)}`,
        finer: 'A search that begins near the limit would tell on which side of it the capacity lies.',
      };
    case 'at-least':
      return {
        ...common,
        value: { low: capacity.low, high: Infinity },
        note: `${capacity.low}/s held, and nothing higher was tried: ${capacity.because}.`,
        finer: 'A search that may go up to the limit would decide it.',
      };
    case 'below':
      return {
        ...common,
        value: { low: 0, high: capacity.high },
        note: `Already at ${capacity.high}/s ${brokeInWords(capacity.broke)}`,
        finer: 'A search from a lower rate would tell how much it bears.',
      };
    case 'unknown':
      return {
        kind: 'nothing',
        // What the generator did not offer says nothing of the platform.
        reason: steps.at(-1)?.outcome === 'short' ? 'load-invalid' : 'too-few-samples',
        sentence: `The capacity was not found: ${capacity.because}.`,
        samples: steps.length,
      };
  }
}

function brokeInWords({ objective, explanation }: { objective: string; explanation: string }): string {
  return `${objective} broke first: ${explanation.replace(/[.\s]+$/, '')}.`;
}

function settling({ window, objective }: Assignment, observations: Observations): Measurement {
  const settled = settlingOf(observations, phaseOf(observations, window), objective.limit * 1000);
  switch (settled.outcome) {
    case 'nothing':
      return settled.nothing;
    case 'settled':
      return {
        kind: 'measured',
        value: settled.seconds,
        samples: 1,
        violations: Infinity,
        finer:
          'The client reports about once a second, so it cannot be told more finely; another run may decide it.',
      };
    case 'not-settled':
      return {
        kind: 'measured',
        value: { low: settled.moreThanSeconds, high: Infinity },
        samples: 1,
        violations: Infinity,
        // Not settled within the time that was allowed is a failure, and never a number.
        decision: 'violated',
        note: `It had not settled ${settled.moreThanSeconds} s after the spike.`,
      };
    case 'cannot-tell':
      return {
        kind: 'nothing',
        reason: settled.reason,
        sentence: settled.sentence,
        wouldDecide: 'A longer time after the spike would decide it.',
      };
  }
}
