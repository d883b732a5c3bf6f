import type { Signal } from '@ordeal/shared/objectives/signal';
import type { Session } from './session.ts';

/**
 * Says that what the platform promises of its autoscalers and its pods is judged under a load phase, whether that was
 * run or left out: they may differ from it in no way.
 */
export function assignPromised(
  phase: string,
  { loaded, results }: Pick<Session, 'loaded' | 'results'>,
): void {
  const { autoscalers = {}, pods = {} } = loaded.platform;
  const judge = (objectiveName: string, signal: Signal, source: string): void => {
    const objective = { signal, comparator: '<=', limit: 0, unit: 'departures', source } as const;
    results.assignments.push({ objectiveName, objective, window: phase });
  };
  for (const [autoscaler, { source }] of Object.entries(autoscalers)) {
    judge(`autoscaler ${autoscaler}`, { from: 'autoscaler', measure: 'departures', autoscaler }, source);
  }
  for (const [name, { source }] of Object.entries(pods)) {
    judge(`pods ${name}`, { from: 'pods', measure: 'departures', pods: name }, source);
  }
}
