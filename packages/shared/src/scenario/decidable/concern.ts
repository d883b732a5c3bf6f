import type { Objective } from '../../objectives/objective.ts';
import type { Diagnostic } from '../../platform/diagnostics.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Scenario } from '../scenario.ts';
import type { ObjectiveFacts, PlanFacts } from './facts.ts';
import type { PlannedWindow } from './planned-windows.ts';

/** An objective that is to be judged over some time, and what is known of both. */
export interface Interval {
  readonly platform: Platform;
  readonly objective: Objective;
  /** `seconds` is null where nobody knows the length before. */
  readonly window: { readonly seconds: number | null };
  /** Of this objective; empty when Prometheus could not be asked. */
  readonly own: ObjectiveFacts;
}

/** An objective in a window of a scenario that it is to be judged in, and all that is known of both. */
export interface Concern extends Interval {
  readonly scenario: Scenario;
  readonly window: PlannedWindow;
  readonly facts: PlanFacts;
}

/** Why an objective cannot be decided in a window, as a diagnostic says it. */
export interface Obstacle {
  readonly expected: string;
  readonly found: string;
  readonly hint: string;
}

/** What stands in the way of a run, and how much that matters. */
export interface Mistake {
  readonly severity: 'must' | 'should';
  readonly diagnostic: Diagnostic;
}

/** What can be said before a run of what it could never decide. */
export interface Undecidable {
  /** Of what must hold: with these the run could never pass, and is refused. */
  readonly must: readonly Diagnostic[];
  /** Of what should hold. */
  readonly should: readonly Diagnostic[];
}

export function sorted(mistakes: readonly Mistake[]): Undecidable {
  const of = (wanted: Mistake['severity']): readonly Diagnostic[] =>
    mistakes.filter(({ severity }) => severity === wanted).map(({ diagnostic }) => diagnostic);
  return { must: of('must'), should: of('should') };
}

/** Seconds between two scrapes: the real ones where they are known. */
export function spacingOf({ own, platform }: Pick<Interval, 'own' | 'platform'>): number {
  return own.spacingSeconds ?? platform.prometheus.scrapeIntervalSeconds;
}

/** A number as a sentence shows it. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
