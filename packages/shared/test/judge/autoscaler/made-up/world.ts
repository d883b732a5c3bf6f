import type { AutoscalerSeen, MetricSeen, SampleSeen } from '../../../../src/judge/autoscaler/watch.ts';
import { startController, type Decided, type Policy, type Rules } from './controller.ts';
import { proposalOf, type Proposal } from './replicas.ts';

type Chance = () => number;

/** How long it is looked at, how often, and how often it decides (s). */
const SECONDS = 600;
const LOOKS_EVERY = 5;
const DECIDES_EVERY = 15;
/** Pods that have just been added are not settled in the looks of the next so many seconds. */
const YOUNG_SECONDS = 10;

/** What is done to the controller; nothing by default. */
export interface Meddling {
  /** Makes another decision of one. */
  readonly decide?: (decided: Decided) => Decided;
}

/**
 * Looks at an autoscaler with settings by chance, under a load that is another one every 30 s, with pods that lack their
 * measurement now and then, and with a controller that may begin anew.
 */
export function looksByChance(chance: Chance, { decide = (decided) => decided }: Meddling = {}) {
  const between = (least: number, most: number): number => least + Math.floor(chance() * (most - least + 1));
  const pick = <T>(...choices: readonly T[]): T => choices[between(0, choices.length - 1)] as T;
  const policy = (): Policy => ({
    type: pick('Pods', 'Percent'),
    value: between(1, 50),
    seconds: pick(15, 30, 60),
  });
  const rules = (tolerance: number | null) => ({ windowSeconds: pick(null, 0, 30, 60), tolerance });
  const behavior = pick(null, { up: rules(pick(null, 0, 0.05)), down: rules(pick(null, 0.2)) });
  const set: Rules = {
    bounds: { least: between(1, 3), most: between(5, 30) },
    behavior,
    policies: { up: policy(), down: policy() },
  };
  const requested = pick(100_000, 250_000, 333_000);
  const metrics = metricsByChance(pick, requested);
  const restart = pick(Infinity, Infinity, between(60, SECONDS));

  let replicas = between(set.bounds.least, Math.min(set.bounds.most, 6));
  let controller = startController(set, replicas, 0);
  let demand: readonly number[] = [];
  let lacking = 0;
  let state: { at: number; current: number; decided: Decided; proposals: readonly Proposal[] } | undefined;
  const begun = between(0, DECIDES_EVERY - 1);
  const looks: SampleSeen[] = [];

  for (let at = 0; at < SECONDS; at += 1) {
    if (at % 30 === 0) {
      demand = metrics.map(() => chance() ** 2 * set.bounds.most);
      lacking = pick(0, 0, 1, 2);
    }
    if (at === restart) controller = startController(set, replicas, at);
    if (at % DECIDES_EVERY === begun) decideAt(at);
    if (at % LOOKS_EVERY === 0) looks.push(lookAt(at));
  }
  return looks;

  function decideAt(at: number): void {
    const current = replicas;
    const measured = Math.max(1, current - lacking);
    const proposals = metrics.map(({ seen, worth }, index) => {
      const each = (): number =>
        Math.round((worth * (demand[index] ?? 0) * (0.8 + 0.4 * chance())) / current);
      const used = Array.from({ length: measured }, each);
      return proposalOf(seen, used, current, requested, behavior);
    });
    const asked = Math.max(...proposals.map((one) => one.replicas));
    const decided = decide(controller(at, current, asked));
    replicas = decided.desired;
    state = { at, current, decided, proposals };
  }

  function lookAt(at: number): SampleSeen {
    const added = state === undefined ? 0 : state.decided.desired - state.current;
    const young = state !== undefined && at < state.at + YOUNG_SECONDS ? Math.max(0, added) : 0;
    const settled = replicas - young;
    const measured = Math.min(settled, Math.max(1, settled - lacking));
    const seen: AutoscalerSeen = {
      replicas: set.bounds,
      metrics: metrics.map((one, index) => ({
        ...one.seen,
        current: state?.proposals[index]?.shown ?? null,
      })),
      behavior,
      current: state?.current ?? null,
      desired: state?.decided.desired ?? null,
      conditions: state === undefined ? [] : conditionsOf(state.decided),
      lags: false,
      ageSeconds: state === undefined ? null : at - state.at,
    };
    return { kind: 'seen', at: 1000 * at, seen, pods: { known: true, counted: replicas, settled, measured } };
  }
}

/** What it scales by, and how much of it one pod at its target uses, in thousandths. */
function metricsByChance(pick: <T>(...choices: readonly T[]) => T, requested: number) {
  const resource = (name: string, target: number) => ({
    seen: { kind: 'Resource', name, per: 'Utilization', target, current: null } satisfies MetricSeen,
    worth: (requested * target) / 100,
  });
  const ofPods = (target: number) => ({
    seen: { kind: 'Pods', name: 'requests', per: 'AverageValue', target, current: null } satisfies MetricSeen,
    worth: 1000 * target,
  });
  return [
    resource('cpu', pick(50, 63, 70, 150)),
    ...pick([], [resource('memory', 80)]),
    ...pick([], [ofPods(pick(100, 7, 33.333))]),
  ];
}

function conditionsOf({ able, limited }: Decided): AutoscalerSeen['conditions'] {
  const condition = (type: string, status: string, reason: string) => ({ type, status, reason, message: '' });
  return [
    condition('AbleToScale', 'True', able),
    condition('ScalingActive', 'True', 'ValidMetricFound'),
    condition('ScalingLimited', limited === null ? 'False' : 'True', limited ?? 'DesiredWithinRange'),
  ];
}
