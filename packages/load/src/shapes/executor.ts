import { highestRate } from '@ordeal/shared/load/rate-legs';
import type { RateLeg } from '@ordeal/shared/load/workload';
import { splitRate, type ArrivalRate } from '../plan/arrival-rates.ts';
import { virtualUsers } from '../plan/virtual-users.ts';

/** A k6 scenario at an arrival rate, without what it executes. */
export interface ArrivalScenario {
  readonly executor: 'constant-arrival-rate' | 'ramping-arrival-rate';
  readonly preAllocatedVUs: number;
  readonly maxVUs: number;
  readonly [option: string]: unknown;
}

/**
 * One k6 scenario a weight, whose rates add up to the legs', exactly; undefined for a weight of 0. Virtual users are
 * made for the highest rate, and all of them beforehand: a tick without a free one is lost even while another is
 * being made. Throws when nothing is to be done, or a rate or weight is no number from 0 up.
 */
export function arrivalScenarios(
  legs: readonly RateLeg[],
  weights: readonly number[],
  timeoutMs: number,
): readonly (ArrivalScenario | undefined)[] {
  const highest = highestRate(legs);
  const [first] = legs;
  if (first === undefined) throw new RangeError('A load needs at least one leg');
  for (const { seconds, from, to } of legs) {
    if (!(seconds > 0 && Number.isFinite(seconds) && from >= 0 && to >= 0)) {
      throw new RangeError(
        `A leg needs a time above 0 and rates from 0 up, not ${seconds} s at ${from}..${to}/s`,
      );
    }
  }
  // Checks the weights as well.
  const tops = splitRate(highest, weights);
  const isConstant = legs.every(({ from, to }) => from === first.from && to === first.from);
  return tops.map((top, index) => {
    if (top.iterations === 0) return undefined;
    const vus = virtualUsers(top, timeoutMs);
    const users = { preAllocatedVUs: vus, maxVUs: vus };
    if (isConstant) {
      return {
        executor: 'constant-arrival-rate',
        rate: top.iterations,
        timeUnit: `${top.perSeconds}s`,
        duration: milliseconds(legs.reduce((sum, { seconds }) => sum + seconds, 0)),
        ...users,
      };
    }
    const shares = new Map<number, ArrivalRate>();
    for (const rate of legs.flatMap(({ from, to }) => [from, to])) {
      if (rate > 0) shares.set(rate, splitRate(rate, weights)[index]!);
    }
    const unit = [...shares.values()].reduce((common, { perSeconds }) => multiple(common, perSeconds), 1);
    const target = (rate: number): number => {
      const share = shares.get(rate);
      return share === undefined ? 0 : (share.iterations * unit) / share.perSeconds;
    };
    return {
      executor: 'ramping-arrival-rate',
      startRate: target(first.from),
      timeUnit: `${unit}s`,
      stages: legs.flatMap((leg, at) => [
        // A stage without a duration is a jump.
        ...(at > 0 && legs[at - 1]!.to !== leg.from ? [{ target: target(leg.from), duration: '0s' }] : []),
        { target: target(leg.to), duration: milliseconds(leg.seconds) },
      ]),
      ...users,
    };
  });
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}

/** Least common multiple. */
function multiple(left: number, right: number): number {
  let [larger, smaller] = [left, right];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return (left / larger) * right;
}
