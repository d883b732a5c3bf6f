import type { Response } from 'k6/http';
import { failureKind } from './failure-kind.ts';
import type { Meters } from './meters.ts';

/** What is measured of a script that was written by hand, in the terms that journeys are measured in. */
interface Measurement {
  meters: Meters | undefined;
  failed: boolean;
  /** How the latest request stands, so that it counts as failed at most once. */
  latest: 'none' | 'answered' | 'failed';
}

/** One virtual user runs one iteration at a time, and shares no memory with others. */
const now: Measurement = { meters: undefined, failed: false, latest: 'none' };

/** Begins to measure an iteration. */
export function beginMeasuring(meters: Meters): void {
  now.meters = meters;
  now.failed = false;
  now.latest = 'none';
}

/** Whether a request or a check has failed since. */
export function hasFailed(): boolean {
  return now.failed;
}

/**
 * Counts a request that was begun at `began` (ms, wall clock). What is asked before the first iteration, in `setup`,
 * does not count. Of a request without an answer k6 may have timed next to nothing, so its end is taken from the clock.
 */
export function measureRequest(
  response: Response,
  expects: (status: number) => boolean,
  began: number,
): void {
  if (now.meters === undefined) return;
  const { timings, status } = response;
  const timed = timings.blocked + timings.duration;
  now.meters.request(status === 0 ? Math.max(timed, Date.now() - began) : timed);
  now.latest = 'answered';
  if (status === 0) failLatest(failureKind(response));
  else if (!expects(status)) failLatest(`status ${status}`);
}

/** Counts a check that was made; one that did not hold fails the request before it. */
export function measureCheck(name: string, held: boolean): void {
  if (!held) failLatest(`check ${name}`);
  now.meters?.checked(name, held);
}

/** Fails the iteration, and the request that came before, unless that one has failed already. */
export function failLatest(kind: string): void {
  if (now.meters === undefined) return;
  now.failed = true;
  if (now.latest === 'answered') now.meters.requestFailed(kind);
  now.latest = 'failed';
}
