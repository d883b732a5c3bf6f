import { steadyAgain, type SteadyRun } from '@ordeal/shared/load/steady-again';
import type { Span } from '@ordeal/shared/time/interval';
import { waitUntil } from './observe.ts';
import { reasonFor, type Scope } from './scope.ts';

export interface Recovery {
  readonly window: Span;
  /** From healed to the start of the good run; null when there was none in time. */
  readonly seconds: number | null;
  readonly aborted?: string;
}

/** The client reports about once a second; so much later its last report must be there. */
const REPORT_WITHIN_MS = 5_000;

/**
 * Watches until the platform is steady again. The good run may begin while a one-shot fault is still being held,
 * but the window begins behind the during-window and lasts as long as a good run has to. Never rejects.
 */
export async function observeRecovery(scope: Scope, during: Span, healedAt: number): Promise<Recovery> {
  const { phase, deps, context } = scope;
  const { clock, signal } = context;
  const runMs = phase.steadyAgainFor * 1000;
  const from = Math.max(healedAt, during.to);
  // The good run has to begin by then, and is waited for until it has lasted.
  const latest = healedAt + phase.recoverWithin * 1000;
  let run: SteadyRun | undefined;
  let aborted: string | undefined;
  try {
    await waitUntil(Math.max(latest, from) + runMs + REPORT_WITHIN_MS, clock, signal, () => {
      run ??= steadyAgain(deps.stream.between(healedAt, clock.now()), healedAt, runMs, (intervals) =>
        deps.steady.judge(`${phase.name}/recovery`, intervals),
      );
      if (run !== undefined && deps.stream.completeUntil() >= from + runMs) return 'steady again';
      const ended = deps.generatorEnded();
      if (ended !== undefined) aborted = `the load generator has ended: ${ended}`;
      return aborted;
    });
  } catch (error) {
    aborted = reasonFor(scope, error);
  }
  const reached = run !== undefined && run.from <= latest;
  return {
    window: {
      from,
      to: reached && run ? Math.max(run.confirmed, from + runMs) : Math.max(from, clock.now()),
    },
    seconds: reached && run ? (run.from - healedAt) / 1000 : null,
    ...(aborted === undefined ? {} : { aborted }),
  };
}
