import type {
  Capacity,
  CapacityRecord,
  CapacityStepRecord,
  LeakRecord,
  SettlingRecord,
} from '../record/record.ts';
import { duration, figure, interval, quantity } from './figures.ts';

const RATE = 'iterations/s';

/** What a stress test came to: `bears 480–512 iterations/s; client p95 broke first`. */
export function capacityInWords(capacity: Capacity): string {
  switch (capacity.how) {
    case 'found':
      return `bears ${capacity.low}/s and not ${capacity.high}/s (iterations); ${capacity.broke.objective} broke first`;
    case 'at-least':
      return `bears at least ${quantity(capacity.low, RATE)}: ${capacity.because}`;
    case 'below':
      return `does not bear ${quantity(capacity.high, RATE)}; ${capacity.broke.objective} broke first`;
    case 'unknown':
      return `capacity unknown: ${capacity.because}`;
  }
}

/** The capacity alone, with its bracket: `480–512 iterations/s`. */
export function bracketInWords(capacity: Capacity): string {
  switch (capacity.how) {
    case 'found':
      return interval({ low: capacity.low, high: capacity.high }, RATE);
    case 'at-least':
      return `≥ ${quantity(capacity.low, RATE)}`;
    case 'below':
      return `< ${quantity(capacity.high, RATE)}`;
    case 'unknown':
      return 'unknown';
  }
}

/** What broke first, or why that is not known. */
export function firstToBreakInWords(capacity: Capacity): string {
  return 'broke' in capacity
    ? `${capacity.broke.objective} broke first: ${capacity.broke.explanation}`
    : capacity.because;
}

const STEP_WORDS: Readonly<Record<CapacityStepRecord['outcome'], string>> = {
  held: 'held',
  broke: 'broke',
  short: 'not offered',
  unclear: 'unclear',
};

export function stepInWords({ outcome, purpose }: CapacityStepRecord): string {
  return `${STEP_WORDS[outcome]}${purpose === 'confirm' ? ' (confirmation)' : ''}`;
}

/** `steady again 1.2–2.3 s after the spike`. */
export function settlingInWords({ outcome, seconds, detail }: SettlingRecord): string {
  if (outcome === 'cannot-tell' || seconds === null) return `cannot be told: ${detail}`;
  if (outcome === 'not-settled')
    return `not steady again within ${quantity(seconds.low, 's')} after the spike`;
  return seconds.high === 0
    ? 'steady all the time after the spike'
    : `steady again ${interval(seconds, 's')} after the spike`;
}

/** `grows by 0.9–1.1 MB/min`, or that it does not. */
export function growthInWords({ growth, unit }: LeakRecord): string {
  if (growth === null) return 'unknown';
  const end = (value: number | null, other: string): string => (value === null ? other : figure(value));
  return `${end(growth.low, '−∞')} to ${end(growth.high, '∞')} ${unit}`;
}

export const LEAK_WORDS: Readonly<Record<LeakRecord['outcome'], string>> = {
  leak: 'leaks',
  'no-leak': 'does not leak',
  'cannot-tell': 'cannot be told',
};

/** How long until a series is exhausted: `3 h 00 min to 12 h 00 min`. Only of what leaks. */
export function untilExhaustedInWords({ secondsToLimit, outcome }: LeakRecord): string {
  if (secondsToLimit === null || outcome !== 'leak' || secondsToLimit.low === null) return '–';
  const { low, high } = secondsToLimit;
  return high === null ? `≥ ${duration(low)}` : `${duration(low)} to ${duration(high)}`;
}

/** Parts of the run's one sentence. */
export function loadResultParts({
  capacities = [],
  settlings = [],
  leaks = [],
}: {
  readonly capacities?: readonly CapacityRecord[];
  readonly settlings?: readonly SettlingRecord[];
  readonly leaks?: readonly LeakRecord[];
}): readonly string[] {
  const leaking = leaks.filter(({ outcome }) => outcome === 'leak');
  const open = leaks.filter(({ outcome }) => outcome === 'cannot-tell');
  return [
    ...capacities.map(({ phase, capacity }) => `${phase}: ${capacityInWords(capacity)}`),
    ...settlings.map((one) => `${one.phase}: ${settlingInWords(one)}`),
    ...(leaks.length === 0
      ? []
      : [
          `of ${leaks.length} series looked at for leaks ${leaking.length === 0 ? 'none does' : `${leaking.length} ${leaking.length === 1 ? 'does' : 'do'}`}${open.length === 0 ? '' : `, ${open.length} cannot be told`}`,
        ]),
  ];
}
