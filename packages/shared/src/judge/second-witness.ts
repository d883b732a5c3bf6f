import type { Platform } from '../platform/platform.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { NotACounter } from '../prometheus/counters.ts';
import type { DrillRecord } from '../record/record.ts';
import { toWall, type ClockAnchor } from '../time/clock.ts';
import type { Span } from '../time/interval.ts';
import { errorSteps, type ErrorSteps } from './error-steps.ts';

/** What Prometheus says of a recovery that clients saw; `agrees` null when it cannot tell. */
export type SecondWitness = DrillRecord['secondWitness'];

/** Scrapes that it may be off by: the one before and the one after. */
const SCRAPES = 2;
/** Scrapes read after the recovery: errors there would contradict it. */
const SCRAPES_AFTER = 5;

/**
 * Asks Prometheus when each of the platform's error ratios came back under its limit. `span.from` is the fault and
 * `span.to` the recovery as clients saw it (monotonic ms); the two may differ by two scrapes and `toleranceMs`, the
 * probes' timeout. Never rejects: a witness that cannot be heard does not agree, and does not disagree.
 */
export async function collectSecondWitness(
  prometheus: Prometheus,
  platform: Pick<Platform, 'objectives' | 'prometheus'>,
  span: Span,
  anchor: ClockAnchor,
  toleranceMs: number,
): Promise<SecondWitness> {
  const stepMs = platform.prometheus.scrapeIntervalSeconds * 1000;
  const fault = toWall(anchor, span.from);
  const recovered = toWall(anchor, span.to);
  const until = recovered + SCRAPES_AFTER * stepMs;
  const heard: SecondWitness[] = [];
  for (const [name, { signal, limit }] of Object.entries(platform.objectives)) {
    if (signal.from !== 'prometheus' || signal.measure !== 'ratio') continue;
    const [bad, all] = await Promise.all(
      [signal.bad, signal.all].map((selector) => prometheus.rawSamples(selector, fault, until)),
    );
    if (bad === undefined || all === undefined) continue;
    const failed = [bad, all].find((answer) => !answer.ok);
    if (failed !== undefined && !failed.ok) {
      heard.push({ agrees: null, detail: `${name}: ${failed.error.message}` });
      continue;
    }
    if (!bad.ok || !all.ok) continue;
    try {
      const steps = errorSteps(bad.value.series, all.value.series, { from: fault, to: until }, stepMs, limit);
      const said = compareRecovery(steps, fault, recovered, SCRAPES * stepMs + toleranceMs);
      heard.push({ ...said, detail: `${name}: ${said.detail}` });
    } catch (error) {
      if (!(error instanceof NotACounter)) throw error;
      heard.push({ agrees: null, detail: `${name}: ${error.message}` });
    }
  }
  if (heard.length === 0)
    return { agrees: null, detail: 'the platform states no error ratio from Prometheus' };
  const sure = heard.filter(({ agrees }) => agrees !== null);
  return {
    agrees: sure.length === 0 ? null : sure.every(({ agrees }) => agrees === true),
    detail: heard.map(({ detail }) => detail).join('; '),
  };
}

/**
 * Whether the error ratio by Prometheus agrees with a recovery at `recovered` (wall ms). Servers do not see clients
 * that cannot reach them: when their errors end long before the clients' do, they cannot tell; when errors go on
 * after the recovery, they contradict it.
 */
export function compareRecovery(
  steps: ErrorSteps,
  fault: number,
  recovered: number,
  toleranceMs: number,
): SecondWitness {
  const seconds = (wallMs: number): string => ((wallMs - fault) / 1000).toFixed(1);
  if (steps.withTraffic === 0) return { agrees: null, detail: 'Prometheus saw no traffic after the fault' };
  if (steps.lastOver === null) {
    return {
      agrees: null,
      detail: 'by Prometheus the error ratio was never over its limit: no server saw it',
    };
  }
  const { from, to } = steps.lastOver;
  const said = `by Prometheus the error ratio was over its limit until ${seconds(from)} to ${seconds(to)} s after the fault`;
  if (from > recovered + toleranceMs) return { agrees: false, detail: said };
  if (to < recovered - toleranceMs) {
    return { agrees: null, detail: `${said}, and clients failed for longer without reaching a server` };
  }
  return steps.trafficUntil >= recovered
    ? { agrees: true, detail: said }
    : { agrees: null, detail: `${said}, and it has no traffic after the recovery to go by` };
}
