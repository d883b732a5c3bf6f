import type { LimitRecord } from '../record/limit-record.ts';
import { interval } from './figures.ts';

/** `a sliding window of 60.0–60.7 s; 3 of 3 checks held`, or which did not. */
export function limitRecordInWords({ checks, window }: LimitRecord): string {
  const missed = checks.filter(({ outcome }) => outcome !== 'held');
  const measured =
    window === undefined || window.kind === null
      ? []
      : [`a ${window.kind} window${window.seconds === null ? '' : ` of ${interval(window.seconds, 's')}`}`];
  const said =
    missed.length === 0
      ? `${checks.length} of ${checks.length} checks held`
      : missed.map(({ name, outcome, detail }) => `${name}: ${outcome} (${detail})`).join(', ');
  return [...measured, said].join('; ');
}
