import type { ClientInterval } from '@ordeal/shared/load/client-interval';
import { isSteady } from '@ordeal/shared/load/steady-again';
import type { Finding } from '@ordeal/shared/objectives/finding';
import type { Span } from '@ordeal/shared/time/interval';
import { completeUntil, intervalsOf, waitUntil } from './observe.ts';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import type { ExperimentDeps } from './deps.ts';

export interface SteadyWindow {
  readonly span: Span;
  readonly findings: readonly Finding[];
  /** Why nothing may be injected; undefined when the platform is steady. */
  readonly refusal?: string;
}

/** The client reports about once a second; so much later the window's last report must be there. */
const REPORT_WITHIN_MS = 5_000;

/**
 * What comes next begins so much behind the window. A request that hangs in it is counted where it ends, which a report
 * tells to a second and its histogram to 9 % of what it took: of one that took up to ten seconds it is then certain that
 * it did not hang before. Without it, a window in which nothing failed is now and then inconclusive.
 */
export const APART_MS = 2_000;

/** What is watched, and for how long. */
export interface SteadyScope {
  readonly phase: { readonly name: string; readonly steadyFor: number };
  readonly deps: Pick<ExperimentDeps, 'stream' | 'steady' | 'generatorEnded'>;
  readonly context: RunContext;
  /** What comes after it. Default: the fault. */
  readonly before?: string;
}

/** Longer where the client's reports are longer than a second. */
function apartMs(reports: readonly ClientInterval[]): number {
  const widest = Math.max(0, ...reports.map(({ from, to }) => to - from));
  return Math.max(APART_MS, widest + 1_000);
}

/** Watches the platform before anything is done to it, and keeps that a little apart. Rejects when it is interrupted. */
export async function observeSteady({
  phase,
  deps,
  context,
  before = 'the fault',
}: SteadyScope): Promise<SteadyWindow> {
  const { clock, signal, journal } = context;
  const { stream, steady, generatorEnded } = deps;
  const from = clock.now();
  const ended = await waitUntil(from + phase.steadyFor * 1000, clock, signal, generatorEnded);
  const span = { from, to: clock.now() };
  if (ended !== undefined) return { span, findings: [], refusal: `the load generator has ended: ${ended}` };
  if (!(await completeUntil(stream, span.to, REPORT_WITHIN_MS, clock, signal))) {
    const refusal = `the client has reported nothing about the end of the steady window for ${REPORT_WITHIN_MS / 1000} s`;
    return { span, findings: [], refusal };
  }
  const reports = intervalsOf(stream, span);
  const findings = steady.judge(`${phase.name}/steady`, reports);
  const held = isSteady(findings);
  const reason = whyNot(findings);
  const detail = held ? `${findings.length} objectives hold` : reason;
  journal.append({ type: 'check', phase: phase.name, name: `steady before ${before}`, held, detail });
  if (!held) return { span, findings, refusal: `the platform is not steady: ${reason}` };
  const endedNow = await waitUntil(span.to + apartMs(reports), clock, signal, generatorEnded);
  if (endedNow !== undefined) {
    return { span, findings, refusal: `the load generator has ended: ${endedNow}` };
  }
  return { span, findings };
}

function whyNot(findings: readonly Finding[]): string {
  const worst = findings.find(({ severity, outcome }) => severity === 'must' && outcome !== 'pass');
  if (worst === undefined) return 'no objective says what steady is';
  const { objective, outcome, explanation, signal, value, unit, comparator, limit } = worst;
  const seen =
    explanation ?? `${signal}: ${value?.low ?? 'no value'} ${unit}, must be ${comparator} ${limit}`;
  return `${objective} ${outcome === 'fail' ? 'fails' : 'cannot be decided'} (${seen})`;
}
