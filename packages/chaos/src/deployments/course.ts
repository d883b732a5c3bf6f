import type { DeploymentStatus } from '@ordeal/shared/drivers/deployment';
import type { Bounds } from '@ordeal/shared/time/interval';

/** One look at how a deployment stands: what it shows was so at some moment between the two (monotonic ms). */
export interface Look {
  readonly asked: number;
  readonly answered: number;
  readonly status: DeploymentStatus;
}

/** What a deployment has come to by the looks at it. Instants are bounds of monotonic milliseconds. */
export interface Course {
  /** It has been seen to be under way. */
  readonly moved: boolean;
  /** When the new version got its first traffic. */
  readonly served?: Bounds;
  /** When it was out: it alone serves, and nothing is under way. Goes away when that ends. */
  readonly out?: Bounds;
  /** When it was taken back: the old version alone serves again. */
  readonly takenBack?: Bounds;
  /** Up to here nothing of what comes next had happened. */
  readonly last: number;
}

/** The course at the start: `sent` is when the deployment was asked for. */
export function courseFrom(sent: number): Course {
  return { moved: false, last: sent };
}

/** The course with one more look. What is seen for the first time came about after the look before it was asked for. */
export function withLook(
  course: Course,
  { asked, answered, status }: Look,
  from: string,
  to: string,
): Course {
  const since = { low: course.last, high: answered };
  const isOut = serves(status, to);
  const moved = course.moved || !status.settled || status.versions.some((version) => version !== from);
  const { out: _, ...rest } = course;
  return {
    ...rest,
    moved,
    last: asked,
    ...(course.served === undefined && status.versions.includes(to) ? { served: since } : {}),
    ...(isOut ? { out: course.out ?? since } : {}),
    ...(course.takenBack === undefined && moved && serves(status, from) ? { takenBack: since } : {}),
  };
}

/** Whether that version alone serves, and is meant to. */
export function serves({ settled, versions }: DeploymentStatus, version: string): boolean {
  return settled && versions.length === 1 && versions[0] === version;
}

/** Seconds from one moment to a later one. */
export function secondsBetween(from: Bounds, to: Bounds): Bounds {
  return { low: Math.max(0, to.low - from.high) / 1000, high: Math.max(0, to.high - from.low) / 1000 };
}
