import type { Tried } from './run-lane.ts';
import type { Measured, Trial } from './trial.ts';

/** All trials in a few sentences. */
export function sumOf(all: readonly Tried[]): string {
  const trials = all.flatMap((one) => one.trials);
  const held = trials.filter(isHeld);
  const intervals = trials.flatMap(({ measured }) => measured);
  const unseen = intervals.filter(({ saw }) => !saw).length;
  const spoilt = trials.reduce((sum, one) => sum + one.spoilt, 0);
  return (
    `${held.length} of ${trials.length} trials held: in ${intervals.length} intervals the outage's beginning, end and ` +
    'length lay within, none was wider than 2Δ + τ + L + J, and streams on other paths noticed nothing. ' +
    `${unseen} of the intervals are of streams that saw no outage, and reach from none to the longest gap between two ` +
    `attempts. ${spoilt} trials were made anew, as attempts had failed that the gate had not touched.`
  );
}

/** A row for each case, with the trial and stream whose interval was the widest. */
export function tableOf(all: readonly Tried[]): string {
  const rows = merged(all).map(({ lane, case: one, trials }) => {
    const held = trials.filter(isHeld).length;
    const widest = trials
      .flatMap(({ measured }) => measured)
      .reduce<Measured | undefined>(
        (worst, each) => (worst !== undefined && worst.width >= each.width ? worst : each),
        undefined,
      );
    const cells = [
      one.title,
      text(one.ms),
      `${held} of ${trials.length}`,
      text(lane.everyMs),
      text(lane.timeoutMs),
      widest === undefined ? '' : spanOf(widest.truth),
      widest === undefined ? '' : `${widest.outage.low.toFixed(1)} ms`,
      widest === undefined ? '' : `${widest.outage.high.toFixed(1)} ms`,
      widest === undefined ? '' : `${widest.width.toFixed(1)} ms`,
      widest === undefined ? '' : `${widest.bound.toFixed(1)} ms`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| how it failed | down for | held | Δ | τ | truth | low | high | width | 2Δ + τ + L + J |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function isHeld({ measured }: Trial): boolean {
  return measured.every(({ wrong }) => wrong.length === 0);
}

/** Lanes of one length only ran beside each other. */
function merged(all: readonly Tried[]): readonly Tried[] {
  const found = new Map<string, Tried>();
  for (const one of all) {
    const key = `${one.case.title} ${one.case.ms}`;
    const before = found.get(key);
    found.set(key, before === undefined ? one : { ...before, trials: [...before.trials, ...one.trials] });
  }
  return [...found.values()];
}

/** What a gate was late by in a change is no truth to the microsecond. */
function spanOf({ low, high }: Measured['truth']): string {
  const [from, to] = [low.toFixed(1), high.toFixed(1)];
  return from === to ? `${from} ms` : `${from} to ${to} ms`;
}

function text(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
