import { describeShape } from '../load/shape/describe-shape.ts';
import { shapeCeiling, shapeSeconds } from '../load/shape/plan-shape.ts';
import { sentenceOf, type Diagnostic } from '../platform/diagnostics.ts';
import type { Platform } from '../platform/platform.ts';
import type { DescribedFault } from './described-fault.ts';
import { NOTHING_KNOWN, type PlanFacts } from './decidable/facts.ts';
import { plannedWindows } from './decidable/planned-windows.ts';
import { undecidable } from './decidable/undecidable.ts';
import { refuseTenants, tenantQuestion } from './guardrails/allowed-regions.ts';
import { refuseAddresses } from './guardrails/hosts.ts';
import { refuseLostObserver, warnOfLostObserver } from './guardrails/lost-observer.ts';
import { refuseKind } from './guardrails/fault-kinds.ts';
import { refuseLimitRate } from './guardrails/limit-rate.ts';
import { faultsOf, refuseProduction } from './guardrails/production.ts';
import { refuseReach } from './guardrails/reach.ts';
import { refuseDrillTimer, refuseTimer } from './guardrails/timers.ts';
import { isShaped, loadWindows } from './load-windows.ts';
import { planExperiment } from './plan-experiment.ts';
import { refuseStress } from './refuse-stress.ts';
import { faultOf as faultOfDrill } from './drill-parts.ts';
import { limitPlanInWords, limitSeconds } from './limit-words.ts';
import type { NotRunPhase } from './not-run.ts';
import { otherObjectives } from './other-objectives.ts';
import type { RestorePhase } from './restore-phase.ts';
import type { DrillPhase, LoadSource, Phase, PaceName, Scenario, ShapedLoadPhase } from './scenario.ts';
import { scalingWords } from './scaling-words.ts';
import { tenantWords } from './tenant-words.ts';

/** What a run would do, before it does anything. */
export interface Plan {
  readonly platform: string;
  readonly environment: string;
  readonly scenario: string;
  readonly pace: PaceName;
  readonly seed: number;
  readonly phases: readonly PlannedPhase[];
  /** What the scenario has besides, and is not run where the platform is. */
  readonly notRun: readonly NotRunPhase[];
  /** Objectives of the platform that no phase of the scenario asks for. */
  readonly otherObjectives: readonly string[];
  readonly expectedSeconds: number;
  /** Sentences of the guardrails that forbid this run. Not empty: it is refused, and nothing is touched. */
  readonly refusals: readonly string[];
  /** What must hold and could never be decided, all at once. Not empty: the files are wrong, and nothing is touched. */
  readonly undecidable: readonly Diagnostic[];
  /** Sentences: what should hold and could never be decided, and what could not be checked before the run. */
  readonly warnings: readonly string[];
}

export interface PlannedPhase {
  readonly name: string;
  readonly title: string;
  readonly kind: Phase['phase'];
  readonly expectedSeconds: number;
  /** What is done to which target, a sentence each. */
  readonly does: readonly string[];
}

/** What the drivers say of the platform's faults and drills; made by whoever knows the drivers. */
export interface Describers {
  readonly fault: (name: string) => DescribedFault;
  readonly drill: (phase: DrillPhase) => readonly string[];
  readonly restore: (phase: RestorePhase) => readonly string[];
}

/** Plans a run. Pure: the same input gives the same plan. */
export function planScenario(
  platform: Platform,
  scenario: Scenario,
  options: { readonly pace: PaceName; readonly seed: number },
  describers: Describers,
  facts: PlanFacts = NOTHING_KNOWN,
): Plan {
  const phases = scenario.phases.map((phase) => planPhase(platform, phase, describers, facts));
  const expectedSeconds = phases.reduce((sum, phase) => sum + phase.expectedSeconds, 0);
  const { must, should } = undecidable(platform, scenario, facts);
  return {
    platform: platform.name,
    environment: platform.environment,
    scenario: scenario.name,
    pace: options.pace,
    seed: options.seed,
    phases,
    notRun: scenario.notRun ?? [],
    otherObjectives: otherObjectives(platform, scenario),
    expectedSeconds,
    refusals: refusalsOf(platform, scenario, expectedSeconds, describers),
    undecidable: must,
    warnings: [
      ...should.map(sentenceOf),
      ...unchecked(platform, scenario, facts),
      ...scenario.phases.flatMap((phase) => warnOfLostObserver(platform, phase) ?? []),
    ],
  };
}

function unchecked(platform: Platform, scenario: Scenario, { telemetry }: PlanFacts): readonly string[] {
  const asks = plannedWindows(scenario)
    .flatMap(({ objectives }) => objectives)
    .some((name) => platform.objectives[name]?.signal.from === 'prometheus');
  if (!asks) return [];
  return telemetry.known
    ? telemetry.unknown
    : [
        `Whether Prometheus scrapes often enough, has the bucket bounds and sees enough requests was not checked: ${telemetry.why}`,
      ];
}

function planPhase(
  platform: Platform,
  phase: Phase,
  describers: Describers,
  { requestsPerIteration }: PlanFacts,
): PlannedPhase {
  const requests = (rate: number): number | null =>
    requestsPerIteration === null ? null : rate * requestsPerIteration;
  const head = { name: phase.name, title: phase.title, kind: phase.phase };
  switch (phase.phase) {
    case 'smoke':
      return {
        ...head,
        expectedSeconds: 2,
        does: [
          `ask ${platform.health.length} health endpoints: ${platform.health.map((check) => check.name).join(', ')}`,
          `run every journey once: ${Object.keys(platform.journeys).join(', ')}`,
        ],
      };
    case 'load':
      if (isShaped(phase)) {
        const { expectedSeconds, does } = planShaped(platform, phase);
        const { kind } = phase.shape;
        // A script says itself what an iteration asks for.
        const most = kind === 'script' ? null : requests(shapeCeiling(phase.shape));
        return {
          ...head,
          expectedSeconds,
          does: [...does, ...watched(platform), ...scalingWords(platform, most)],
        };
      }
      return {
        ...head,
        expectedSeconds: phase.warmUp + phase.judgeFor + 2,
        does: [
          phase.perTenant === undefined
            ? `send ${phase.rate} iterations/s to ${platform.entry} until the run ends (${sourceOf(platform, phase)})`
            : `send ${phase.rate} iterations/s to ${platform.entry} until the run ends: ${phase.perTenant.map(tenantWords).join('; ')}`,
          `judge ${phase.judgeFor} s after ${phase.warmUp} s of warm-up: ${phase.objectives.join(', ')}`,
          ...watched(platform),
          ...scalingWords(platform, requests(phase.rate)),
        ],
      };
    case 'limit': {
      const limit = platform.limits?.[phase.limit];
      return {
        ...head,
        expectedSeconds: limit === undefined ? 0 : limitSeconds(limit, platform.guardrails.maxRate),
        does: [
          ...(limit === undefined ? [] : [limitPlanInWords(limit, platform.entry)]),
          `objectives: ${phase.objectives.join(', ')}`,
        ],
      };
    }
    case 'experiment':
      return { ...head, ...planExperiment(phase, describers.fault) };
    case 'drill':
      return {
        ...head,
        // One that only observes looks at clients again behind the healing.
        expectedSeconds: phase.ledgerLead + phase.stableFor * (phase.drill.kind === 'observe' ? 2 : 1) + 8,
        does: [
          ...describers.drill(phase),
          ...tenantQuestion(platform, phase),
          `objectives: ${phase.objectives.join(', ')}`,
        ],
      };
    case 'deploy': {
      const { steadyFor, watchFor, within, afterwards, objectives } = phase;
      const back = afterwards === 'go-back';
      return {
        ...head,
        expectedSeconds: steadyFor + watchFor + Math.min(within, DEPLOY_SECONDS) * (back ? 2 : 1),
        does: [
          `watch for ${steadyFor} s; not steady (${objectives.steady.join(', ')}): nothing is deployed`,
          `deploy version ${phase.version} (${phase.deployment}), within ${within} s; watch it for ${watchFor} s more`,
          back ? 'go back to the version before' : 'keep it, if it has come out',
          `judge all of it: ${listed(objectives.whole)}; the deployment itself: ${objectives.result.join(', ')}`,
        ],
      };
    }
    case 'restore':
      return {
        ...head,
        expectedSeconds: RESTORE_SECONDS + ('markFor' in phase.drill ? 2 * phase.drill.markFor : 0),
        does: [...describers.restore(phase), `objectives: ${phase.objectives.join(', ')}`],
      };
  }
}

/** How long a deployment takes only the platform knows; its `within` bounds it. */
const DEPLOY_SECONDS = 20;

/** How long a restore takes depends on how much there is; its deadline bounds it. */
const RESTORE_SECONDS = 15;

/** k6 starts, and a timeout's worth of requests ends, beside the load itself. */
const AROUND_SECONDS = 3;
/** Every step of a search is a load of its own, with a start and a pause. */
const STEPS_SECONDS = 20;

function planShaped(
  platform: Platform,
  phase: ShapedLoadPhase,
): Pick<PlannedPhase, 'expectedSeconds' | 'does'> {
  const { shape, objectives } = phase;
  const send = `send ${describeShape(shape)}, to ${platform.entry} (${sourceOf(platform, phase)})`;
  if (shape.kind === 'stress') {
    return {
      expectedSeconds: shapeSeconds(shape) + STEPS_SECONDS,
      does: [
        send,
        `double the rate until one of these breaks, bisect, and try the last good rate once more for ${shape.confirmSeconds} s: ${objectives.join(', ')}`,
        `judge what was found: ${listed(phase.result ?? [])}`,
      ],
    };
  }
  return {
    expectedSeconds: shapeSeconds(shape) + AROUND_SECONDS,
    does: [
      send,
      ...loadWindows(phase).map(
        ({ name, span, objectives: judged }) =>
          `judge ${name}, from ${span?.from ?? 0} s to ${span?.to ?? 0} s: ${listed(judged)}`,
      ),
    ],
  };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'no objective' : names.join(', ');
}

/** What is looked at while there is load. */
function watched({ autoscalers = {}, pods = {} }: Platform): readonly string[] {
  const scaled = Object.values(autoscalers).map(({ namespace, name }) => `${namespace}/${name}`);
  const set = Object.values(pods).map(({ namespace, deployment }) => `${namespace}/${deployment}`);
  return [
    ...(scaled.length === 0
      ? []
      : [
          `look at HorizontalPodAutoscaler ${scaled.join(', ')} meanwhile: as promised, and deciding by its figures`,
        ]),
    ...(set.length === 0 ? [] : [`look once whether Deployment ${set.join(', ')} is set as promised`]),
  ];
}

/** What an iteration is, and where it comes from. */
function sourceOf(platform: Platform, { script, on }: LoadSource): string {
  const what = script === undefined ? journeysOf(platform) : `the script ${script.pathname}`;
  return on === 'kubernetes' ? `${what}, from runners of k6-operator` : what;
}

function journeysOf(platform: Platform): string {
  return Object.entries(platform.journeys)
    .filter(([, { weight }]) => weight > 0)
    .map(([name, journey]) => `${name} × ${journey.weight}`)
    .join(', ');
}

function refusalsOf(
  platform: Platform,
  scenario: Scenario,
  expectedSeconds: number,
  describers: Describers,
): readonly string[] {
  const refusals: string[] = [...refuseAddresses(platform)];
  const { maxRunSeconds } = platform.guardrails;
  if (expectedSeconds > maxRunSeconds) {
    refusals.push(
      `the run would take about ${Math.ceil(expectedSeconds)} s; guardrails.maxRunSeconds allows ${maxRunSeconds} s`,
    );
  }
  for (const phase of scenario.phases) {
    if (phase.phase !== 'load') continue;
    const stress = isShaped(phase) && phase.shape.kind === 'stress' ? refuseStress(platform) : undefined;
    if (stress !== undefined) refusals.push(stress);
    const highest = isShaped(phase) ? shapeCeiling(phase.shape) : phase.rate;
    if (highest > platform.guardrails.maxRate) {
      refusals.push(
        `${phase.name} would come to ${highest} ${isShaped(phase) && phase.shape.kind === 'script' ? 'requests' : 'iterations'}/s; guardrails.maxRate allows ${platform.guardrails.maxRate}/s`,
      );
    }
  }
  for (const phase of scenario.phases) {
    if (phase.phase !== 'experiment') continue;
    const said = phase.faults.map((fault) => ({ fault, ...describers.fault(fault) }));
    const reasons = [
      ...said.flatMap(({ fault, ending }) => refuseTimer(phase, fault, ending) ?? []),
      ...refuseReach(said, phase.order, platform.guardrails),
    ];
    refusals.push(...reasons.map((reason) => `${phase.name} ${reason}`));
  }
  for (const phase of scenario.phases) {
    if (phase.phase !== 'drill' || phase.drill.kind === 'failback') continue;
    const fault = faultOfDrill(phase.drill)?.fault;
    if (fault === undefined) continue;
    const early = refuseDrillTimer(phase, fault, describers.fault(fault).ending, platform.environment);
    if (early !== undefined) refusals.push(`${phase.name} ${early}`);
  }
  for (const phase of scenario.phases) {
    const kinds = faultsOf(phase).flatMap(
      (fault) => refuseKind(platform, fault, describers.fault(fault)) ?? [],
    );
    refusals.push(...kinds.map((reason) => `${phase.name} ${reason}`));
  }
  refusals.push(...scenario.phases.flatMap((phase) => refuseLimitRate(platform, phase) ?? []));
  refusals.push(...scenario.phases.flatMap((phase) => refuseLostObserver(platform, phase) ?? []));
  refusals.push(...refuseProduction(platform, scenario, describers.fault));
  refusals.push(...scenario.phases.flatMap((phase) => refuseTenants(platform, phase)));
  return refusals;
}
