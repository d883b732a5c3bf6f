import type { Phase } from '@ordeal/shared/scenario/scenario';
import { planScenario, type Plan } from '@ordeal/shared/scenario/plan';
import type { ScenarioRunKind } from '@ordeal/shared/record/record';
import type { LoadPlace, PaceName, Scenario, WrittenScenario } from '@ordeal/shared/scenario/scenario';
import type { Platform } from '@ordeal/shared/platform/platform';
import type { LabSite } from '@ordeal/shared/platform/site';
import { createPrometheus } from '@ordeal/shared/prometheus/client';
import type { Telemetry } from '@ordeal/shared/scenario/decidable/facts';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { hintFrom } from '@ordeal/shared/platform/closest';
import { CommandError, exitCodes } from '../command-error.ts';
import type { Edge } from '../edge.ts';
import { loadPlatform, type LoadedPlatform } from '../load/load-platform.ts';
import { loadScenario, nothingToRun } from '../load/load-scenario.ts';
import { pickDrills, type DrillRequest } from '../load/pick-drills.ts';
import { shapedScenario, type ShapedScenario } from '../load/shaped-scenario.ts';
import type { RunOptions } from '../program.ts';
import { hintAtFullPace } from './at-full-pace.ts';
import { describersOf } from './describers.ts';
import { describeFault, findTargets } from './faults.ts';
import { onlyPhase } from './only-phase.ts';
import { onlyAsks } from '../run/only-asks.ts';
import { requestsPerIteration } from '../run/rehearse.ts';
import { PLAN_ANSWER_MS, readTelemetry, signalsOf } from '../run/telemetry/read-telemetry.ts';

export interface Prepared {
  readonly loaded: LoadedPlatform;
  readonly scenario: Scenario;
  readonly plan: Plan;
}

/** Which phases of a scenario a command runs. Experiments, deployments and drills run under the scenario's load. */
const phasesOf: Readonly<Record<ScenarioRunKind, readonly Phase['phase'][]>> = {
  smoke: ['smoke'],
  load: ['load', 'limit'],
  chaos: ['load', 'experiment', 'deploy'],
  drill: ['load', 'drill', 'restore'],
  gameday: ['smoke', 'load', 'limit', 'experiment', 'drill', 'restore', 'deploy'],
};

/** Reads everything a run needs and plans it. Touches nothing. */
export async function prepare(
  kind: ScenarioRunKind,
  options: RunOptions,
  seed: number,
  edge: Edge,
  lab: LabSite | undefined,
): Promise<Prepared> {
  const { loaded, scenario, warnings } = await whatToRun(
    kind,
    options,
    await loadPlatform(options.platform, edge, lab, placeOf(options)),
    edge,
  );
  const [found, telemetry, perIteration, describers] = await Promise.all([
    findTargets(loaded, scenario, systemClock),
    telemetryOf(loaded, scenario, options.labName),
    onlyAsks(scenario) ? null : requestsPerIteration(loaded.platform, loaded.journeys, systemClock),
    describersOf(scenario),
    checkWhatK6Runs(loaded, scenario, edge),
  ]);
  const planAt = (pace: PaceName, of: Scenario): Plan =>
    planScenario(
      loaded.platform,
      of,
      { pace, seed },
      {
        ...describers,
        fault: (name) => describeFault(loaded.drivers.fault(name), found.targets.get(name)),
      },
      { telemetry, requestsPerIteration: perIteration },
    );
  const asked = planAt(options.pace, scenario);
  const plan =
    asked.undecidable.length === 0 || options.pace === 'full' || options.shape !== undefined
      ? asked
      : hintAtFullPace(
          asked,
          planAt('full', (await whatToRun(kind, { ...options, pace: 'full' }, loaded, edge)).scenario),
        );
  return {
    loaded,
    scenario,
    plan: { ...plan, warnings: [...plan.warnings, ...found.warnings, ...warnings] },
  };
}

/** Without a load there is nothing that k6 would run, and no need for what bundles it. */
async function checkWhatK6Runs(loaded: LoadedPlatform, scenario: Scenario, edge: Edge): Promise<void> {
  if (!scenario.phases.some(({ phase }) => phase === 'load')) return;
  const { checkScripts } = await import('../load/check-scripts.ts');
  await checkScripts(loaded, scenario, edge);
}

/** The shape that was asked for, or the phases of the scenario. */
async function whatToRun(
  kind: ScenarioRunKind,
  options: RunOptions,
  loaded: LoadedPlatform,
  edge: Edge,
): Promise<ShapedScenario> {
  if (options.shape !== undefined) return shapedScenario(options.shape, loaded, edge);
  const { only } = options;
  const isOfKind = ({ phase }: Pick<Phase, 'phase'>): boolean => phasesOf[kind].includes(phase);
  const narrow =
    placeOf(options) === 'kubernetes' ? onKubernetes(loaded.platform, isOfKind, only) : undefined;
  const all = await loadScenario(options.scenario, options.pace, loaded, edge, isOfKind, narrow);
  const scenario = restrictedTo(all, kind, options);
  const phases =
    options.drills === undefined
      ? scenario.phases
      : pickDrills(scenario.phases, options.drills, loaded.platform);
  return { loaded, scenario: { ...scenario, phases: onlyPhase(phases, only) }, warnings: [] };
}

/**
 * The scenario, with what is not run of what was asked for: of one phase, or one kind of drill, the rest was not. Nothing
 * but the load that it would run under is no run at all.
 */
function restrictedTo(all: Scenario, kind: ScenarioRunKind, { only, drills }: RunOptions): Scenario {
  const { notRun = [], ...here } = all;
  const isAsked = (name: string, phase: Phase['phase']): boolean => {
    if (only !== undefined) return name === only;
    if (drills !== undefined) return phase === (restores.includes(drills.kind) ? 'restore' : 'drill');
    return phase !== 'load' || kind === 'load' || kind === 'gameday';
  };
  const left = notRun.filter((phase) => isAsked(phase.name, phase.kind));
  if (left.length === 0) return here;
  if (!here.phases.some(({ name, phase }) => isAsked(name, phase))) throw nothingToRun(left);
  return { ...here, notRun: left };
}

const restores: readonly DrillRequest['kind'][] = [
  'restore',
  'point-in-time',
  'backup-freshness',
  'archiving',
];

function placeOf({ on, lab }: RunOptions): LoadPlace {
  if (on !== undefined && on !== 'here' && on !== 'kubernetes') {
    throw new CommandError(
      `--on is here or kubernetes, and not "${on}": ${hintFrom(on, ['here', 'kubernetes'])}.`,
      exitCodes.usage,
    );
  }
  if (on === 'kubernetes' && lab === true) {
    throw new CommandError(
      '--lab runs the platform on this machine, and --on kubernetes on a cluster: leave one of them out.',
      exitCodes.usage,
    );
  }
  return on ?? 'here';
}

/**
 * A scenario as it runs on a cluster: its loads come from there. Phases that were not asked for are not read, since
 * they may need what a cluster's platform file does not have, such as a deployment.
 */
function onKubernetes(
  { name, generators }: Platform,
  isOfKind: (phase: Pick<Phase, 'phase'>) => boolean,
  only: string | undefined,
): (scenario: WrittenScenario) => WrittenScenario {
  if (generators?.kubernetes === undefined) {
    throw new CommandError(
      `Platform ${name} has neither a kubernetes.ts nor generators.kubernetes: nothing says on which cluster it is (docs/drivers/k6-operator.md).`,
      exitCodes.usage,
    );
  }
  return (scenario) => ({
    ...scenario,
    phases: scenario.phases
      .filter((phase) => isOfKind(phase))
      .filter((phase) => only === undefined || phase.name === only || phase.phase === 'load')
      .map((phase) => (phase.phase === 'load' ? { ...phase, on: 'kubernetes' as const } : phase)),
  });
}

/** What Prometheus tells now of what the scenario will be judged by. Only reads. */
async function telemetryOf(loaded: LoadedPlatform, scenario: Scenario, labName: string): Promise<Telemetry> {
  if (loaded.needsLab) return { known: false, why: `the lab "${labName}" is not up` };
  const prometheus = createPrometheus(loaded.platform.prometheus, systemClock, { timeoutMs: PLAN_ANSWER_MS });
  return readTelemetry(prometheus, loaded.platform, signalsOf(loaded.platform, scenario), systemClock);
}
