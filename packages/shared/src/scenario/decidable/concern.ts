import type { Objective } from '../../objectives/objective.ts';
import type { Diagnostic } from '../../platform/diagnostics.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Scenario } from '../scenario.ts';
import type { ObjectiveFacts, PlanFacts } from './facts.ts';
import type { PlannedWindow } from './planned-windows.ts';

/** An objective in a window that it is to be judged in, and all that is known of both. */
export interface Concern {
  readonly platform: Platform;
  readonly scenario: Scenario;
  readonly window: PlannedWindow;
  readonly objective: Objective;
  readonly facts: PlanFacts;
  /** Of this objective; empty when Prometheus could not be asked. */
  readonly own: ObjectiveFacts;
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

/** Seconds between two scrapes: the real ones where they are known. */
export function spacingOf({ own, platform }: Pick<Concern, 'own' | 'platform'>): number {
  return own.spacingSeconds ?? platform.prometheus.scrapeIntervalSeconds;
}

/** A number as a sentence shows it. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
