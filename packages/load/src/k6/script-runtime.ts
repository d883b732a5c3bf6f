import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { createControl } from './control.ts';
import { createEnding } from './ending.ts';
import { beginMeasuring, hasFailed } from './measurement.ts';
import { createMeters } from './meters.ts';
import { plannedSeconds, scenariosOf, type OwnOptions } from './own-scenarios.ts';
import { ALL_ENDED, type ScriptSpec } from './script-spec.ts';

/** What a script's own module exports. */
type Script = Readonly<Record<string, unknown>> & { readonly options?: OwnOptions };

/** How long one look at whether to end takes, and how long nothing must be under way until a script has ended. */
const LOOK = '1s';
const SILENT_LOOKS = 2;

/** What stands around a script that was written by hand. */
export interface ScriptRuntime {
  readonly options: unknown;
  readonly setup: () => unknown;
  /** Runs one of the script's functions as an iteration. */
  readonly iterate: (name: string, data: unknown) => unknown;
  readonly control: () => void;
  readonly teardown: (data: unknown) => unknown;
}

/** Counts what a script does, in the terms of journeys. `own`: its scenarios run, and not the workload's. */
export function createScriptRuntime(spec: ScriptSpec, script: Script, own: boolean): ScriptRuntime {
  const meters = createMeters(spec.limitsMs, spec.checks);
  const ending = createEnding(spec);
  const scenarios = scenariosOf(script.options ?? {});
  const begun = new Set<string>();
  let complained = false;

  const threw = (name: string, error: unknown): void => {
    const outcome = hasFailed() ? 'failed' : 'thrown';
    meters.iterationEnded(outcome);
    if (complained || outcome === 'failed') return;
    complained = true;
    // oxlint-disable-next-line no-console -- the only way from inside k6 to the log
    console.error(`${name} of the script threw: ${error instanceof Error ? error.stack : String(error)}`);
  };
  const ended = (): void => meters.iterationEnded(hasFailed() ? 'failed' : 'held');

  const iterate = (name: string, data: unknown): unknown => {
    if (!own && ending.begun()) return undefined;
    const first = !begun.has(name);
    if (first) begun.add(name);
    meters.iterationStarted(first ? exec.scenario.startTime : undefined);
    beginMeasuring(meters);
    const run = script[name] as (data: unknown) => unknown;
    try {
      const result = run(data);
      if (!(result instanceof Promise)) {
        ended();
        return result;
      }
      return result.then(ended, (error: unknown) => threw(name, error));
    } catch (error) {
      threw(name, error);
      return undefined;
    }
  };

  /** The script's own scenarios have an end of their own; ending early cuts them off. */
  const ownControl = (): void => {
    const planned = plannedSeconds(scenarios);
    for (let silent = 0; silent < SILENT_LOOKS;) {
      const response = http.get(spec.stopUrl, { timeout: LOOK, tags: { name: 'ordeal-control' } });
      if (response.error_code !== 1050) exec.test.abort(ALL_ENDED);
      const { currentTestRunDuration, vusActive } = exec.instance;
      silent = currentTestRunDuration / 1000 > planned && vusActive <= 1 ? silent + 1 : 0;
    }
  };

  return {
    options: optionsOf(spec, script.options ?? {}, own ? scenarios : {}),
    setup: () => (typeof script['setup'] === 'function' ? script['setup']() : undefined),
    iterate,
    control: own ? ownControl : createControl(spec, ending),
    teardown: (data) => {
      const result = typeof script['teardown'] === 'function' ? script['teardown'](data) : undefined;
      sleep(0.002);
      meters.touch();
      return result;
    },
  };
}

/** The script's options, without what decides about load, thresholds and tags: those are the workload's. */
function optionsOf(spec: ScriptSpec, own: OwnOptions, scenarios: object): unknown {
  const kept: Record<string, unknown> = { ...own };
  for (const name of ['vus', 'iterations', 'duration', 'stages', 'scenarios', 'thresholds'])
    delete kept[name];
  const ours = spec.options as {
    readonly scenarios: object;
    readonly tags?: object;
    readonly rps?: number;
  };
  const limits = [ours.rps, own.rps].filter((rps) => typeof rps === 'number' && rps > 0) as number[];
  return {
    ...ours,
    ...kept,
    systemTags: (spec.options as { systemTags: unknown }).systemTags,
    scenarios: { ...scenarios, ...ours.scenarios },
    // A ceiling of the script's own may be lower, and never higher.
    ...(limits.length === 0 ? {} : { rps: Math.min(...limits) }),
    ...(ours.tags === undefined ? {} : { tags: { ...own.tags, ...ours.tags } }),
  };
}
