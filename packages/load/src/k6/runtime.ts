import type { Journey } from '@ordeal/shared/journey/journey';
import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Iteration } from './iteration.ts';
import { Meters } from './meters.ts';
import { ALL_ENDED, type ScriptSpec } from './script-spec.ts';

/** What the generated script hands to k6. */
export interface Runtime {
  readonly run: (name: string, journey: Journey) => Promise<void>;
  readonly control: () => void;
  readonly teardown: () => void;
}

/**
 * Iterations by which the count of completed ones must exceed what the rate allows before it means "end".
 * Covers the ticks of the second under way, whatever the rate.
 */
const SLACK_ITERATIONS = 200;

/** Runs journeys as iterations, counts what happens, and ends in order when it is told to. */
export function createRuntime(spec: ScriptSpec): Runtime {
  const meters = new Meters(spec.limitsMs);
  let instance: typeof exec.instance | undefined;
  let stopping = false;
  let complained = false;

  /*
   * k6 cuts iterations off at its first signal, and its virtual users share no memory. The one number that all
   * of them see, and that one of them can drive alone, is the count of completed iterations. Journeys cannot
   * complete more than rate × time; once the control scenario has pushed the count beyond that, by iterations
   * that do nothing, every further journey is skipped and the ones under way come to their end.
   */
  const ending = (margin: number): boolean => {
    instance ??= exec.instance;
    const seconds = instance.currentTestRunDuration / 1000;
    return instance.iterationsCompleted > spec.rate * (seconds + margin) + SLACK_ITERATIONS * (1 + margin);
  };

  const run = async (name: string, journey: Journey): Promise<void> => {
    if (ending(0)) return;
    const serial = exec.vu.iterationInInstance;
    meters.iterationStarted(exec.scenario.startTime, exec.vu.iterationInScenario === 0);
    const tenant = spec.tenants[exec.scenario.iterationInTest % Math.max(1, spec.tenants.length)] ?? '';
    const id = `${spec.run}-${spec.worker}${exec.vu.idInTest}-${serial}`;
    const iteration = new Iteration(spec, meters, { journey: name, id, tenant });
    let outcome: 'held' | 'failed' | 'thrown' = 'held';
    try {
      await journey.run(iteration);
      if (iteration.failed) outcome = 'failed';
    } catch (error) {
      // After a failed request a journey may well be at its wits' end; without one it is the journey's own mistake.
      outcome = iteration.failed ? 'failed' : 'thrown';
      iteration.failLatest('journey threw');
      if (!complained && outcome === 'thrown') {
        complained = true;
        // oxlint-disable-next-line no-console -- the only way from inside k6 to the log
        console.error(`journey ${name} threw: ${describe(error)}`);
      }
    }
    meters.iterationEnded(outcome);
  };

  const control = (): void => {
    if (!stopping) {
      // Any end of this request means "end": the answer, and also that whoever runs the workload is gone.
      const response = http.get(spec.stopUrl, { timeout: '1h', tags: { name: 'ordeal-control' } });
      stopping = response.error_code !== 1050;
      return;
    }
    // Keeps ahead of the growing limit by a second, so that it is never seen from below again.
    if (!ending(1)) return;
    // Each virtual user within an iteration is active, this one too.
    if (exec.instance.vusActive <= 1) exec.test.abort(ALL_ENDED);
    sleep(0.005);
  };

  const teardown = (): void => {
    sleep(0.002);
    meters.touch();
  };

  return { run, control, teardown };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.stack ?? ''}`.trim() : String(error);
}
