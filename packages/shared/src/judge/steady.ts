import type { Objective } from '../objectives/objective.ts';
import type { SteadyState } from '../objectives/steady.ts';
import { evidenceOver } from './client-evidence.ts';
import { findingOf } from './decide.ts';
import { judgeClient } from './signals/client.ts';

/**
 * The steady state that objectives on the client's signals describe. Objectives on other signals have no say: they
 * could not be read in time. Nor has what takes long to show, as growth does.
 */
export function steadyStateOf(objectives: Readonly<Record<string, Objective>>): SteadyState {
  return {
    judge: (window, intervals) => {
      const span = {
        from: Math.min(...intervals.map(({ from }) => from)),
        to: Math.max(...intervals.map(({ to }) => to)),
      };
      const findings = Object.entries(objectives).flatMap(([objectiveName, objective]) =>
        objective.signal.from === 'client' && objective.signal.measure !== 'latency-growth'
          ? [
              judgeClient(
                { objectiveName, objective, window },
                objective.signal,
                evidenceOver(intervals, span, objective.signal.tenant),
              ),
            ]
          : [],
      );
      return findings.length > 0 ? findings : [nothingToJudge(window)];
    },
  };
}

function nothingToJudge(window: string) {
  const objective: Objective = {
    signal: { from: 'client', measure: 'error-ratio' },
    comparator: '<',
    limit: 0,
    unit: 'ratio',
  };
  return findingOf(
    { objectiveName: 'steady state', objective, window },
    { signal: 'client error ratio' },
    {
      kind: 'nothing',
      reason: 'not-run',
      sentence: 'No objective on a signal of the client says what steady is.',
    },
  );
}
