import type { Scope } from '@ordeal/shared/judge/scope';
import type { Journal } from '@ordeal/shared/journal/journal';
import type { Prometheus } from '@ordeal/shared/prometheus/client';
import type { Clock, ClockAnchor } from '@ordeal/shared/time/clock';
import type { LoadedPlatform } from '../load/load-platform.ts';
import type { PickedObjectives } from './pick-objectives.ts';

/** What a gate judges by: nothing is done to the platform, Prometheus is read. */
export interface GatePlan {
  readonly kind: 'judge' | 'check';
  readonly loaded: LoadedPlatform;
  /** As the platform states them: not narrowed. */
  readonly objectives: PickedObjectives;
  readonly scope: Scope | undefined;
  /** Wall-clock milliseconds. */
  readonly startedAfter: number | undefined;
  readonly prometheus: Prometheus;
  readonly clock: Clock;
  /** Read before anything else, so that wall-clock instants of the command line have their place. */
  readonly anchor: ClockAnchor;
  /** Sentences: what should hold and could never be decided. */
  readonly warnings: readonly string[];
}

/** A gate at work. */
export interface Gate extends GatePlan {
  readonly id: string;
  readonly dir: string;
  readonly startedAt: Date;
  readonly journal: Journal;
}

/** Name of the one window that a gate judges. */
export function windowName(kind: GatePlan['kind']): string {
  return kind === 'judge' ? 'interval' : 'watched';
}
