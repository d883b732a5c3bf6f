import type { Journey } from '@ordeal/shared/journey/journey';
import { sleep } from 'k6';
import { awaitedContext, createPlainContexts } from './contexts.ts';
import { createControl } from './control.ts';
import type { Given } from './given.ts';
import { createEnding } from './ending.ts';
import { createSteps } from './steps.ts';
import { createVirtualUser } from './virtual-user.ts';
import { Iteration } from './iteration.ts';
import { Meters } from './meters.ts';
import { DATA_SPENT, type ScriptSpec } from './script-spec.ts';

/** What the generated script hands to k6. */
export interface Runtime {
  /** Runs a journey as it was written. */
  readonly runAwaited: (name: string, journey: Journey) => Promise<void>;
  /** Runs a journey whose `await`s were taken out. */
  readonly runPlain: (name: string, journey: Journey) => void;
  /** Throws unless a journey's file exports one. */
  readonly expectJourney: (file: string, journey: Journey | undefined) => void;
  readonly control: () => void;
  readonly teardown: () => void;
}

/** Runs journeys as iterations, counts what happens, and ends in order when it is told to. */
export function createRuntime(spec: ScriptSpec, given: Given): Runtime {
  const meters = new Meters(spec.limitsMs);
  const ending = createEnding(spec);
  const user = createVirtualUser();
  const begun = new Set<string>();
  /** Iterations of this virtual user. */
  let serial = -1;
  let complained = false;
  const spent = new Set<string>();
  const iterationGiven = {
    ...given,
    saySpent(journey: string, name: string, rows: number): void {
      const set = `${journey}/${name}`;
      if (spent.has(set)) return;
      spent.add(set);
      // oxlint-disable-next-line no-console -- the only way from inside k6 to the log
      console.warn(`${DATA_SPENT}: all ${rows} rows of data set ${name} of journey ${journey} were used`);
    },
  };

  const script = { spec, meters, user, supplies: iterationGiven, steps: createSteps(spec) };
  const plainContext = createPlainContexts(spec.run);
  const tenants = spec.tenants.length;

  const begin = (journey: string): Iteration | undefined => {
    if (ending.begun()) return undefined;
    // Each virtual user says it once for each of its journeys' scenarios: k6 may hand it from one to another.
    const first = !begun.has(journey);
    if (first) begun.add(journey);
    meters.iterationStarted(first ? user.scenarioStart() : undefined);
    const tenant = tenants > 1 ? spec.tenants[user.iterationInTest() % tenants] : spec.tenants[0];
    serial += 1;
    const id = `${spec.run}-${spec.worker}${user.id()}-${serial}`;
    return new Iteration(script, { journey, id, tenant: tenant ?? '' });
  };

  const threw = (iteration: Iteration, error: unknown): void => {
    // After a failed request a journey may well be at its wits' end; without one it is the journey's own mistake.
    const outcome = iteration.failed ? 'failed' : 'thrown';
    iteration.failLatest('journey threw');
    if (!complained && outcome === 'thrown') {
      complained = true;
      // oxlint-disable-next-line no-console -- the only way from inside k6 to the log
      console.error(`journey ${iteration.identity.journey} threw: ${describe(error)}`);
    }
    meters.iterationEnded(outcome);
  };

  const runPlain = (name: string, journey: Journey): void => {
    const iteration = begin(name);
    if (iteration === undefined) return;
    try {
      void journey.run(plainContext(iteration));
    } catch (error) {
      threw(iteration, error);
      return;
    }
    meters.iterationEnded(iteration.failed ? 'failed' : 'held');
  };

  const runAwaited = async (name: string, journey: Journey): Promise<void> => {
    const iteration = begin(name);
    if (iteration === undefined) return;
    try {
      await journey.run(awaitedContext(spec.run, iteration));
    } catch (error) {
      threw(iteration, error);
      return;
    } finally {
      await iteration.close();
    }
    meters.iterationEnded(iteration.failed ? 'failed' : 'held');
  };

  const control = createControl(spec, ending);

  const expectJourney = (file: string, journey: Journey | undefined): void => {
    if (typeof journey?.run !== 'function') {
      throw new TypeError(`${file} must export a journey, made with defineJourney, as default`);
    }
  };

  const teardown = (): void => {
    sleep(0.002);
    meters.touch();
  };

  return { runAwaited, runPlain, expectJourney, control, teardown };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.stack ?? ''}`.trim() : String(error);
}
