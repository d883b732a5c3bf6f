import { samplesToDecide } from './sampling/samples-to-decide.ts';
import { certainShare, type Shares } from './shares.ts';

/** A share of events against the share that the limit amounts to. */
export interface DecidedShare extends Shares {
  readonly limit: number;
}

/** Beyond it a longer window is no advice. */
const MOST_SECONDS = 30 * 24 * 3600;

/** What to do about too few samples. `seconds`: how long it took to get those that there are. */
export function moreSamples(needed: number, samples: number, seconds: number | undefined): string {
  const window = samples > 0 && seconds !== undefined ? (seconds * needed) / samples : undefined;
  const how =
    window === undefined || window > MOST_SECONDS ? '' : `: a window of about ${length(window)} at this rate`;
  return `${figure(needed)} samples would decide it${how}.`;
}

/**
 * What to do when the limit lies within the bounds of a share. What the bounds do not know is that of the window's
 * edges, which stays as it is however long the window gets.
 */
export function longerWindow(share: DecidedShare, seconds: number | undefined): string | undefined {
  const { hit, miss, limit } = share;
  const middle = certainShare(share);
  if (middle === undefined || middle === limit || seconds === undefined || !(seconds > 0)) return undefined;
  // With x times the certain events: (hit.high − hit.low + x·hit.low) / (… + x·miss.low) against the limit, and its like.
  const unsure = middle < limit ? hit.high - hit.low : miss.high - miss.low;
  const [part, rest, bound] = middle < limit ? [hit.low, miss.low, limit] : [miss.low, hit.low, 1 - limit];
  const slack = bound * (part + rest) - part;
  if (!Number.isFinite(unsure) || !(slack > 0)) return undefined;
  const window = seconds * Math.max(1, (unsure * (1 - bound)) / slack) * 1.1;
  if (window > MOST_SECONDS) return undefined;
  return `A window of about ${length(window)} would decide it, if the share stays the same.`;
}

/** What to do when the sampling limits do not decide it. */
export function moreForInference(share: DecidedShare, samples: number, seconds: number | undefined): string {
  const now = certainShare(share) ?? 0;
  const needed = samplesToDecide(now, share.limit);
  if (needed === undefined) {
    return 'No number of samples would decide it while the share is as close to the limit as this.';
  }
  const rounded = Number((needed * 1.02).toPrecision(2));
  return `If the share stays the same, ${moreSamples(Math.max(needed, rounded), samples, seconds)}`;
}

/** A length of time in words that are easy to type into a scenario. */
function length(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7200) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3600)} h`;
}

function figure(value: number): string {
  return String(Math.ceil(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
