import type { RawSeries } from '../../prometheus/reading.ts';
import type { Target } from '../../prometheus/scrapes.ts';
import { parseSelector, type Matcher, type Selector } from '../../prometheus/selector.ts';
import type { Doubt } from '../decide.ts';
import type { PrometheusEvidence, SampleRead } from '../prometheus-evidence.ts';

/** The two selectors of a share of events. */
export interface BadOfAll {
  readonly bad: string;
  readonly all: string;
}

/** What is to be said when nothing counts as bad. */
export interface AbsentBad {
  readonly note?: string;
  readonly doubt?: Doubt;
}

/**
 * No series counts bad events: either nothing bad ever happened, or nobody would see it. It is taken for zero only
 * where the series that count all events show that a bad one would be there: they are of the same metric, have the
 * labels by which it would be found, and come from the targets that it would come from. Anything else is a name that
 * is misspelt, a label that is not there, or a target that is gone.
 */
export function absentBad(
  { targets }: PrometheusEvidence,
  bad: SampleRead,
  all: SampleRead,
  of: BadOfAll,
): AbsentBad {
  if (bad.series.length > 0 || bad.byServer !== undefined) return {};
  const [badSelector, allSelector] = [parseSelector(of.bad), parseSelector(of.all)];
  const why =
    badSelector === undefined
      ? 'it cannot be told what it selects'
      : (otherMetric(badSelector, allSelector, all.series) ?? unknownLabel(badSelector, all, targets));
  if (why === undefined) return { note: 'No series matches what is counted as bad: taken for zero.' };
  return {
    doubt: {
      reason: 'no-samples',
      sentence: `No series matches what is counted as bad (${of.bad}), and that nothing bad happened cannot be told from that: ${why}.`,
      wouldDecide:
        'A counter that is there from the start, at 0, would decide it, or a `bad` that picks the bad ones out of what counts all by a label.',
    },
  };
}

function otherMetric(
  bad: Selector,
  all: Selector | undefined,
  series: readonly RawSeries[],
): string | undefined {
  const wanted = metricOf(bad);
  const counted = new Set(series.flatMap(({ labels }) => labels['__name__'] ?? []));
  const known = all === undefined ? undefined : metricOf(all);
  if (known !== undefined) counted.add(known);
  if (wanted === undefined || counted.has(wanted)) return undefined;
  return `it is another metric than the one that counts all (${[...counted].join(', ')})`;
}

function metricOf({ metric, matchers }: Selector): string | undefined {
  if (metric !== '') return metric;
  const named = matchers.find(({ label, operator }) => label === '__name__' && operator === '=');
  return named === undefined ? undefined : plain(named.value);
}

/** The label of a matcher that no series of all events has, or that none of their targets fits. */
function unknownLabel(bad: Selector, all: SampleRead, targets: readonly Target[]): string | undefined {
  // Where the server computed the growth there are no series to look at.
  if (all.byServer !== undefined) return undefined;
  const ofTargets = new Set(['job', 'instance', ...targets.flatMap(({ labels }) => Object.keys(labels))]);
  for (const matcher of bad.matchers) {
    const { label, operator, value } = matcher;
    if (label === '__name__') continue;
    if (ofTargets.has(label)) {
      if (all.series.some(({ labels }) => fits(labels[label] ?? '', matcher))) continue;
      return `no series of all events has ${label}${operator}"${value}"`;
    }
    const asksForIt = (operator === '=' || operator === '=~') && !fits('', matcher);
    if (!asksForIt || all.series.some(({ labels }) => (labels[label] ?? '') !== '')) continue;
    return `no series of all events has a label ${label}`;
  }
  return undefined;
}

/** What cannot be told does not fit: it would acquit. */
function fits(value: string, { operator, value: written }: Matcher): boolean {
  const wanted = plain(written);
  if (operator === '=' || operator === '!=') return (value === wanted) === (operator === '=');
  try {
    return new RegExp(`^(?:${wanted})$`, 'su').test(value) === (operator === '=~');
  } catch {
    return false;
  }
}

/** A value as it is meant, of how it is written between quotes. */
function plain(written: string): string {
  return written.replaceAll(/\\(["'\\])/g, '$1');
}
