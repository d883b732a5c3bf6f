import type { Objective } from './objective.ts';

/** Whether an objective is judged by what alerts do. */
export function isOfAlerts({ signal }: Objective): boolean {
  return (
    signal.measure === 'alerts-fired' ||
    signal.measure === 'alerts-firing' ||
    signal.measure === 'seconds-to-alert'
  );
}

/** Whether an alert is to fire for it to hold, so that something has to be done to the platform first. */
export function wantsAnAlert(objective: Objective): boolean {
  const { signal, comparator } = objective;
  return (
    isOfAlerts(objective) &&
    (signal.measure === 'seconds-to-alert' || comparator === '>' || comparator === '>=')
  );
}
