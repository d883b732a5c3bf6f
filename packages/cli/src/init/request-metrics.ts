import type { HistogramUnit } from '@ordeal/shared/objectives/signal';
import { isPlainName } from '@ordeal/shared/prometheus/selector';

/** Labels that hold a status, in the order of preference. */
export const STATUS_LABELS = [
  'status',
  'code',
  'status_code',
  'http_status',
  'http_status_code',
  'http_response_status_code',
  'response_code',
];

/** The unit in the name of a metric of times, by what it is called there. */
const UNITS: Readonly<Record<string, HistogramUnit | 'microseconds' | 'nanoseconds'>> = {
  seconds: 'seconds',
  milliseconds: 'milliseconds',
  ms: 'milliseconds',
  microseconds: 'microseconds',
  us: 'microseconds',
  nanoseconds: 'nanoseconds',
  ns: 'nanoseconds',
};

/** The names of metrics of times: an expression that Prometheus and JavaScript read alike, and that takes the whole name. */
export const TIMES = `(?:.*[^a-z])?(${Object.keys(UNITS).join('|')})`;

const times = new RegExp(`^${TIMES}$`);

/** What a histogram counts in, by its name; undefined where that tells none. */
export function unitOf(name: string): (typeof UNITS)[string] | undefined {
  return UNITS[times.exec(name)?.[1] ?? ''];
}

/** What every program has that is written with the client library, or scraped: nothing of the platform's requests. */
const OWN = /^(prometheus|promhttp|net_conntrack|go_|scrape_|alertmanager)/;
/** What it asks of others. */
const OUTGOING = /client|upstream|outgoing|outbound/;
const OF_REQUESTS = /http|request|response|rpc/;

/** The names that are of requests which a platform answers, without repetition, the likeliest first. */
export function likeliestFirst(names: readonly string[]): readonly string[] {
  const rank = (name: string): number => (name.startsWith('http_') ? 0 : /http/.test(name) ? 1 : 2);
  return [...new Set(names)]
    .filter((name) => OF_REQUESTS.test(name) && !OWN.test(name) && !OUTGOING.test(name))
    .toSorted((one, other) => rank(one) - rank(other) || one.localeCompare(other));
}

/** The label by which series tell failures apart; undefined where none does. */
export function statusLabelOf(series: readonly Readonly<Record<string, string>>[]): string | undefined {
  return STATUS_LABELS.find((label) =>
    series.some((labels) => /^[1-5](\d\d|xx)$/i.test(labels[label] ?? '')),
  );
}

/** Series of a metric, whatever it is called: with quotes where others than Prometheus 3 can read them too. */
export function selectorOf(name: string, matchers: string): string {
  return isPlainName(name) ? `${name}{${matchers}}` : `{__name__=${JSON.stringify(name)},${matchers}}`;
}
