import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { errorEffect } from './error-effect.ts';
import type { GaugeReadings, Reading } from './gauges.ts';
import { latencyEffect } from './latency-effect.ts';
import { rateEffect } from './rate-effect.ts';

/** Whether a witness moved beyond its steady band, and what was watched, in words. */
export interface Effect {
  readonly effective: boolean;
  readonly witness: string;
}

/** Of a measure. `read`: whether it was read often enough to decide anything. */
export interface MeasuredEffect extends Effect {
  readonly read: boolean;
}

export type Identities = Readonly<Record<string, string | undefined>>;

/**
 * Proof of a kill: of each target none of the processes from before is there any more, and something else is, or
 * its driver has acknowledged that they are gone.
 */
export function identityEffect(before: Identities, after: Identities, gone: ReadonlySet<string>): Effect {
  const targets = Object.entries(before).map(([name, old]) => {
    const now = after[name];
    const survivors = (old?.split(' ') ?? []).filter((one) => now?.split(' ').includes(one));
    const changed = old !== undefined && survivors.length === 0 && (now !== undefined || gone.has(name));
    return {
      changed,
      words: `${name} ${changed ? 'changed' : 'did not change'} (${short(old)} → ${short(now)})`,
    };
  });
  return {
    effective: targets.length > 0 && targets.every(({ changed }) => changed),
    witness: `process identities: ${targets.map(({ words }) => words).join('; ') || 'none'}`,
  };
}

/**
 * Proof of any fault that clients feel: errors, latency or rate left the band of the steady window. Each of the three
 * is wrong at most once in 10,000 experiments, so that together they are at most three times.
 */
export function clientEffect(steady: readonly ClientInterval[], during: readonly ClientInterval[]): Effect {
  if (steady.length === 0 || during.length === 0) {
    return {
      effective: false,
      witness: `client errors, p95 and rate: nothing was measured ${steady.length === 0 ? 'before' : 'during'} the fault`,
    };
  }
  const all = [errorEffect(steady, during), latencyEffect(steady, during), rateEffect(steady, during)];
  return {
    effective: all.some((one) => one.moved),
    witness: all.map((one) => `${one.words}${moved(one.moved)}`).join('; '),
  };
}

/** So often a measure must have been read, before and during the fault. */
export const LEAST_READINGS = 3;
/** Who looked away for longer cannot say what a measure did meanwhile. */
export const LONGEST_UNSEEN_MS = 2_500;

/**
 * Proof by a measure: the middle one of its readings during the fault lies beyond the steady band by as much as the
 * fault promises. The band ends at the quartile, so that one odd reading neither makes an effect nor hides one. What
 * moved was seen to move; that nothing did can only be said by who saw nearly all of the fault.
 */
export function measureEffect(steady: GaugeReadings, during: GaugeReadings): MeasuredEffect {
  const { name, unit, moves, atLeast } = steady.measure;
  const counts = [steady.readings.length, during.readings.length];
  if (counts.some((count) => count < LEAST_READINGS)) {
    const why = during.failed ?? steady.failed;
    return {
      effective: false,
      read: false,
      witness: `${name}: read ${counts.join(' and ')} times before and during the fault, ${LEAST_READINGS} are needed${why === undefined ? '' : ` (${why})`}`,
    };
  }
  const edge = steadyEdge(steady);
  const middle = middleOf(during.readings);
  const effective = (moves === 'up' ? middle - edge : edge - middle) >= atLeast;
  const limit = moves === 'up' ? edge + atLeast : edge - atLeast;
  const unseen = !effective && during.unseenMs > LONGEST_UNSEEN_MS;
  return {
    effective,
    read: !unseen,
    witness: `${unseen ? `not seen for ${(during.unseenMs / 1000).toFixed(1)} s of the fault: ` : ''}${name} ${shown(middle)} ${unit} (steady: ${shown(edge)}, has to be ${moves === 'up' ? 'at least' : 'at most'} ${shown(limit)})${moved(effective)}`,
  };
}

/**
 * What all witnesses come to. Where a fault says what it moves, that decides, as far as it could be read: clients
 * feel much else. Else they decide. All are told of.
 */
export function effectOfAll(clients: Effect, measured: readonly MeasuredEffect[]): Effect {
  const read = measured.filter((one) => one.read);
  return {
    effective: read.length === 0 ? clients.effective : read.some(({ effective }) => effective),
    witness: [clients, ...measured].map(({ witness }) => witness).join('; '),
  };
}

/** Where the steady band of a measure ends on the side to which its fault moves it. */
export function steadyEdge({ measure, readings }: GaugeReadings): number {
  return quantileOf(readings, measure.moves === 'up' ? 0.75 : 0.25);
}

export function middleOf(readings: readonly Reading[]): number {
  return quantileOf(readings, 0.5);
}

function quantileOf(readings: readonly Reading[], quantile: number): number {
  const sorted = readings.map(({ value }) => value).toSorted((a, b) => a - b);
  return sorted[Math.round(quantile * (sorted.length - 1))] ?? Number.NaN;
}

export function shown(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

function moved(yes: boolean): string {
  return yes ? ': moved' : '';
}

function short(identity: string | undefined): string {
  if (identity === undefined) return 'none';
  const all = identity.split(' ');
  return all.length > 3
    ? `${all.length} processes`
    : `pid ${all.map((one) => Number.parseInt(one, 10)).join(', ')}`;
}
