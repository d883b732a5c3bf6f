import type { WindowRecord } from '../record/record.ts';
import type { Observations, ObserverProblem } from './observations.ts';

export function windowNamed(
  observations: Pick<Observations, 'windows'>,
  name: string,
): WindowRecord | undefined {
  return observations.windows.find((window) => window.name === name);
}

/** The phase that a window belongs to; a name that is no window's stands for itself. */
export function phaseOf(observations: Pick<Observations, 'windows'>, name: string): string {
  return windowNamed(observations, name)?.phase ?? name.split('/')[0] ?? name;
}

/** Why an observer's sight of a window proves nothing; undefined when all was well with it. */
export function observerProblem(
  observations: Observations,
  window: string,
  observer: NonNullable<ObserverProblem['observer']>,
): string | undefined {
  const phase = phaseOf(observations, window);
  const problems = observations.observerProblems
    .filter((problem) => (problem.observer ?? 'client') === observer)
    .filter(({ window: of }) => of === undefined || of === window || of === phase)
    .map(({ reason }) => reason.replace(/[.\s]+$/, ''));
  return problems.length === 0 ? undefined : `An observer was not well: ${problems.join('; ')}.`;
}
