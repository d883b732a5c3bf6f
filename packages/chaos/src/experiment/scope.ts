import type { DriverContext } from '@ordeal/shared/drivers/fault';
import type { RunContext } from '@ordeal/shared/drivers/run-context';
import { reasonOf } from '@ordeal/shared/reason-of';
import type { WindowRecord } from '@ordeal/shared/record/record';
import type { ExperimentPhase } from '@ordeal/shared/scenario/scenario';
import { toWall } from '@ordeal/shared/time/clock';
import { within } from '@ordeal/shared/time/deadline';
import type { Span } from '@ordeal/shared/time/interval';
import type { ExperimentDeps } from './deps.ts';

/** What the parts of one experiment share. */
export interface Scope {
  readonly phase: ExperimentPhase;
  readonly deps: ExperimentDeps;
  readonly context: RunContext;
}

/** What a driver is given; `signal` ends its waiting. */
export function drivingContext({ context }: Scope, signal: AbortSignal): DriverContext {
  return {
    clock: context.clock,
    signal,
    say: (message) => context.journal.append({ type: 'note', message }),
  };
}

const ANSWER_WITHIN_MS = 15_000;

/** Asks a driver something, with a deadline. */
export function ask<T>(
  scope: Scope,
  what: string,
  question: (driving: DriverContext) => Promise<T>,
): Promise<T> {
  const { clock, signal } = scope.context;
  return within(clock, ANSWER_WITHIN_MS, what, signal, (ending) => question(drivingContext(scope, ending)));
}

/** The record of a window, which is thereby closed. */
export function closeWindow(
  scope: Scope,
  part: 'steady' | 'during' | 'recovery' | 'whole',
  span: Span,
): WindowRecord {
  const { phase, context } = scope;
  const window: WindowRecord = {
    name: `${phase.name}/${part}`,
    phase: phase.name,
    from: isoOf(scope, span.from),
    to: isoOf(scope, span.to),
    monotonicFrom: span.from,
    monotonicTo: span.to,
  };
  context.journal.append({ type: 'window-closed', window });
  return window;
}

export function isoOf({ deps }: Scope, monotonicMs: number): string {
  return new Date(toWall(deps.anchor, monotonicMs)).toISOString();
}

/** What ended the experiment early, in words. */
export function reasonFor({ context }: Scope, error: unknown): string {
  return context.signal.aborted ? `interrupted: ${reasonOf(context.signal.reason)}` : reasonOf(error);
}
