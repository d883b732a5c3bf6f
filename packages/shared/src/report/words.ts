import type { Finding, InconclusiveReason } from '../objectives/finding.ts';
import type { LedgerRecord, SessionsRecord, Verdict } from '../record/record.ts';
import { bound, count, counted, figure, interval, quantity } from './figures.ts';

/** The verdict in one word. */
export const VERDICT_WORDS: Readonly<Record<Verdict['outcome'], string>> = {
  pass: 'PASS',
  fail: 'FAIL',
  inconclusive: 'INCONCLUSIVE',
  refused: 'REFUSED',
  residue: 'RESIDUE LEFT',
  broken: 'SUITE BROKEN',
  interrupted: 'INTERRUPTED',
};

/** What the verdict says of the platform. */
export const VERDICT_MEANINGS: Readonly<Record<Verdict['outcome'], string>> = {
  pass: 'Every objective that must hold was seen to hold.',
  fail: 'The platform broke at least one objective that must hold.',
  inconclusive: 'It could not be decided whether every objective held. That blocks a gate.',
  refused: 'A guardrail refused the run.',
  residue: 'Something that the run injected or created is still there. See to that first.',
  broken: 'The suite itself broke. Nothing is said about the platform.',
  interrupted: 'The run was interrupted, and what it had injected was healed.',
};

export const OUTCOME_WORDS: Readonly<Record<Finding['outcome'], string>> = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'inconclusive',
};

/** Shapes that carry the outcome without colour. */
export const OUTCOME_SIGNS: Readonly<Record<Finding['outcome'], string>> = {
  pass: '✔',
  fail: '✖',
  inconclusive: '?',
};

/** The value in words, with its unit. */
export function valueInWords(finding: Pick<Finding, 'value' | 'unit' | 'limit'>): string {
  return finding.value === null ? 'no value' : interval(finding.value, finding.unit, finding.limit);
}

export function boundInWords(finding: Pick<Finding, 'comparator' | 'limit' | 'unit'>): string {
  return bound(finding.comparator, finding.limit, finding.unit);
}

/** Why nothing could be decided. */
export function reasonInWords(reason: InconclusiveReason | undefined): string {
  return reason === undefined ? 'no reason was given' : REASONS[reason];
}

/** What was seen, and what would decide it where that is open. */
export function explanationInWords({ explanation, wouldDecide }: Finding): string | undefined {
  const said = [explanation, wouldDecide].filter((part) => part !== undefined && part !== '');
  return said.length === 0 ? undefined : said.join(' ');
}

/** What kind of statement the value is, where it is not simply what was observed. */
export function claimInWords({ claim }: Finding): string | undefined {
  return claim === undefined ? undefined : 'inferred: the value includes what sampling leaves open (95 %)';
}

/** One line that says what was seen: `client p95 in baseline: 142–151 ms, must be < 100 ms (1,204 samples)`. */
export function findingInWords(finding: Finding): string {
  const must = finding.severity === 'must' ? 'must' : 'should';
  const seen = `${finding.objective} in ${finding.window}: ${valueInWords(finding)}${finding.claim === undefined ? '' : ` (${finding.claim})`}, ${must} be ${boundInWords(finding)}`;
  const why = finding.outcome === 'inconclusive' ? `; ${reasonInWords(finding.reason)}` : '';
  return `${seen} (${counted(finding.samples, 'sample')})${why}`;
}

/** `0 of 18,204 acknowledged writes were lost`. Of a ledger that was never read nothing is known. */
export function lossInWords(ledger: LedgerRecord): string {
  if (ledger.acknowledged === 0) return 'whether writes were lost is unknown: the ledger was not read back';
  return `${count(ledger.lost)} of ${counted(ledger.acknowledged, 'acknowledged write')} ${ledger.acknowledged === 1 ? 'was' : 'were'} lost`;
}

/** The recovery point objective's figure: `0 s` with its resolution, or how far back the loss reaches. */
export function rpoInWords(ledger: LedgerRecord): string {
  if (ledger.acknowledged === 0) return 'unknown: no write was acknowledged';
  const least = ledger.atLeast ? '≥ ' : '';
  const resolution = `largest gap between acknowledgements ${figure(ledger.resolutionSeconds)} s`;
  return `${least}${quantity(ledger.seconds, 's')} (${resolution})`;
}

const REASONS: Readonly<Record<InconclusiveReason, string>> = {
  'no-samples': 'there were no samples',
  'too-few-samples': 'there were too few samples',
  'not-a-number': 'the value was not a number',
  stale: 'the samples were stale',
  'query-failed': 'the query failed',
  'timed-out': 'the query timed out',
  'several-series': 'there were several series where one was meant',
  'no-baseline': 'there are too few comparable runs',
  unconfirmed: 'a second run has to confirm it',
  'load-invalid': 'the generator did not offer the load that it promised',
  'straddles-limit': 'the interval straddles the limit',
  ineffective: 'the fault had no effect that was seen',
  'not-run': 'it was not run',
  'observer-broke': 'the observer broke',
};

/** What became of the sessions that a probe keeps. */
export function sessionsInWords({
  stream,
  kept,
  dropped,
  notBack,
  reconnect,
  reasons,
}: SessionsRecord): string {
  if (reconnect === null) return `Sessions (${stream}): none of ${kept} was cut`;
  const back =
    reconnect.high === null
      ? `${notBack} not back after ${quantity(reconnect.low, 's')}`
      : `all back, the last after ${interval({ low: reconnect.low, high: reconnect.high }, 's')}`;
  return `Sessions (${stream}): ${dropped} of ${kept} cut (${reasons.join(', ')}); ${back}`;
}
