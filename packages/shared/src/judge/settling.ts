import { timeToSettle, type Settling } from '../load/settle.ts';
import type { SettlingRecord } from '../record/record.ts';
import { windowLoadInvalid } from './client-evidence.ts';
import type { Nothing } from './decide.ts';
import type { Observations } from './observations.ts';
import { steadyStateOf } from './steady.ts';
import { observerProblem } from './windows.ts';

export type SettlingFound = Settling | { readonly outcome: 'nothing'; readonly nothing: Nothing };

/** How the platform settled after the spike of a phase, when it may take `withinMs`. */
export function settlingOf(observations: Observations, phase: string, withinMs: number): SettlingFound {
  const nothing = (reason: Nothing['reason'], sentence: string): SettlingFound => ({
    outcome: 'nothing',
    nothing: { kind: 'nothing', reason, sentence },
  });
  const spike = (observations.spikes ?? []).find((one) => one.phase === phase);
  if (spike === undefined) return nothing('not-run', `There was no spike ${phase}, or it did not end.`);
  if (Object.keys(spike.steady).length === 0) {
    return nothing('not-run', 'No objective on a signal of the client says what steady is.');
  }
  const broke = observerProblem(observations, phase, 'client');
  if (broke !== undefined) return nothing('observer-broke', broke);
  const own = observations.windows.filter((window) => window.phase === phase);
  const invalid = own
    .map(({ name }) => windowLoadInvalid(observations, name))
    .find((why) => why !== undefined);
  if (invalid !== undefined) return nothing('load-invalid', `The load was not valid: ${invalid}.`);
  const from = Math.min(...own.map(({ monotonicFrom }) => monotonicFrom));
  const to = Math.max(...own.map(({ monotonicTo }) => monotonicTo));
  const steady = steadyStateOf(spike.steady);
  return timeToSettle({
    intervals: observations.intervals.filter((one) => one.to > from && one.from < to),
    steppedBack: spike.steppedBack,
    forMs: spike.steadyForMs,
    withinMs,
    judge: (intervals) => steady.judge(phase, intervals),
  });
}

/** For the record: each spike, with as much time to settle as was watched. */
export function settlingRecords(observations: Observations): readonly SettlingRecord[] {
  return (observations.spikes ?? []).map(({ phase, steppedBack, steadyForMs }): SettlingRecord => {
    const own = observations.windows.filter((window) => window.phase === phase);
    const end = Math.max(...own.map(({ monotonicTo }) => monotonicTo));
    const found = settlingOf(observations, phase, Math.max(0, end - steppedBack.low - steadyForMs));
    switch (found.outcome) {
      case 'nothing':
        return { phase, outcome: 'cannot-tell', seconds: null, detail: found.nothing.sentence };
      case 'cannot-tell':
        return { phase, outcome: 'cannot-tell', seconds: null, detail: found.sentence };
      case 'not-settled':
        return {
          phase,
          outcome: 'not-settled',
          seconds: { low: found.moreThanSeconds, high: null },
          detail: `It had not settled after ${found.moreThanSeconds.toFixed(1)} s.`,
        };
      case 'settled':
        return { phase, outcome: 'settled', seconds: found.seconds, detail: '' };
    }
  });
}
