import { thrownInWords } from '@ordeal/shared/journey/in-words';
import type { Journey } from '@ordeal/shared/journey/journey';
import { sleep } from 'k6';
import { awaitedContext, createPlainContext } from './contexts.ts';
import { createControl } from './control.ts';
import type { Given } from './given.ts';
import { createEnding } from './ending.ts';
import { createSteps } from './steps.ts';
import { createVirtualUser } from './virtual-user.ts';
import { createIteration, type Iteration } from './iteration.ts';
import { createMeters } from './meters.ts';
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
  const meters = createMeters(spec.limitsMs, spec.checks);
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
  const plain = createIteration(script);
  const plainContext = createPlainContext(spec.run, plain);
  const { tenants, tenantOf } = spec;
  /** Of the iteration that begins. */
  let tenant = tenants[0] ?? '';
  let prefix: string | undefined;

  /** Whether another iteration begins: not any more, once the load is to end. */
  const begins = (journey: string): boolean => {
    if (ending.begun()) return false;
    // Each virtual user says it once for each of its journeys' scenarios: k6 may hand it from one to another.
    if (begun.has(journey)) meters.iterationStarted();
    else {
      begun.add(journey);
      meters.iterationStarted(user.scenarioStart());
    }
    if (tenantOf !== undefined) tenant = tenantOf[user.scenario()] ?? '';
    else if (tenants.length > 1) tenant = tenants[user.iterationInTest() % tenants.length] ?? '';
    prefix ??= `${spec.run}-${spec.worker}${user.id()}-`;
    serial += 1;
    return true;
  };

  const threw = (journey: string, iteration: Iteration, error: unknown): void => {
    // After a failed request a journey may well be at its wits' end; without one it is the journey's own mistake.
    const outcome = iteration.hasFailed() ? 'failed' : 'thrown';
    iteration.failLatest('journey threw');
    if (!complained && outcome === 'thrown') {
      complained = true;
      // oxlint-disable-next-line no-console -- the only way from inside k6 to the log
      console.error(`journey ${journey} threw: ${describe(error)}`);
    }
    meters.iterationEnded(outcome);
  };

  const runPlain = (name: string, journey: Journey): void => {
    if (!begins(name)) return;
    plain.begin(name, tenant);
    try {
      void journey.run(plainContext(`${prefix}${serial}`, tenant));
    } catch (error) {
      threw(name, plain, error);
      return;
    }
    meters.iterationEnded(plain.hasFailed() ? 'failed' : 'held');
  };

  const runAwaited = async (name: string, journey: Journey): Promise<void> => {
    if (!begins(name)) return;
    // One of its own: what a journey forgets to wait for must not reach into the iteration after it.
    const iteration = createIteration(script);
    iteration.begin(name, tenant);
    try {
      await journey.run(awaitedContext({ run: spec.run, id: `${prefix}${serial}`, tenant }, iteration));
    } catch (error) {
      threw(name, iteration, error);
      return;
    } finally {
      await iteration.close();
    }
    meters.iterationEnded(iteration.hasFailed() ? 'failed' : 'held');
  };

  const control = createControl(spec, ending);

  const expectJourney = (file: string, journey: Journey | undefined): void => {
    if (typeof journey?.run !== 'function') {
      throw new TypeError(`${file} must export a journey, made with defineJourney, as default`);
    }
  };

  const teardown = (): void => {
    sleep(0.002);
    meters.touch(tenantOf);
  };

  return { runAwaited, runPlain, expectJourney, control, teardown };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.stack ?? ''}`.trim() : thrownInWords(error);
}
