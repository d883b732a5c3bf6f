import { join } from 'node:path';
import type { Chance } from '@ordeal/shared/testing/chance';
import { manifestsIn, type Manifest } from '../manifests/kustomization.ts';
import { deploy } from '../manifests/site.ts';
import { withoutSome, worth, type Demand, type Workload } from './workload.ts';

/** What a workload's pods are given to do, one after another. */
export interface Situation {
  readonly what: string;
  readonly seconds: number;
  readonly demand: Demand;
  /** In what the autoscaler is set anew as it begins. */
  readonly settings?: object;
}

export interface Plan {
  readonly workload: Workload;
  readonly situations: readonly Situation[];
}

/** Seconds for which a pod is ready when it has just begun, where its figures are to count at once. */
const AGED = 600;

interface Kind {
  readonly platform: string;
  readonly region: 'a' | 'b';
  readonly namespace: string;
  readonly readySince: number;
  /** Beside what is committed; absent: as it is. */
  readonly behavior?: object;
}

function workloadOf({ platform, region, namespace, readySince, behavior }: Kind): Workload {
  const folder = join(deploy, 'platforms', platform);
  const find = (file: string, is: (object: Manifest) => boolean): Manifest => {
    const found = manifestsIn(join(folder, file)).find(is);
    if (found === undefined) throw new Error(`${join(folder, file)} has no api-${region}`);
    return found;
  };
  const deployment = find('api.yaml', ({ metadata }) => metadata.name === `api-${region}`);
  const autoscaler = find('autoscalers.yaml', ({ spec }) => spec.scaleTargetRef.name === `api-${region}`);
  return {
    namespace,
    deployment,
    autoscaler:
      behavior === undefined ? autoscaler : { ...autoscaler, spec: { ...autoscaler['spec'], behavior } },
    readySince,
    demand: () => ({ cpu: null, memory: null, requests: null }),
  };
}

const idle = worth({ cpu: 0.3, memory: 0.6, requests: 0.2 });
const steady = worth({ cpu: 3, memory: 2.9, requests: 2.9 });

/** Demands by chance, each for two decisions: in all that is used, differently for each pod. */
function byChance(chance: Chance, name: string, most: number, unmeasured: boolean): readonly Situation[] {
  return Array.from({ length: 12 }, (_, turn) => {
    const pick = (what: string): number => chance.of(name, turn, what) ** 2 * most;
    const all = worth({ cpu: pick('cpu'), memory: pick('memory'), requests: pick('requests') });
    const uneven: Demand = (pod, pods) => {
      const { cpu, memory, requests } = all(pod, pods);
      const by = (used: number | null, what: string): number | null =>
        used === null ? null : used * (0.8 + 0.4 * chance.of(name, turn, what, pod));
      return { cpu: by(cpu, 'cpu'), memory: by(memory, 'memory'), requests: by(requests, 'requests') };
    };
    const lacks = unmeasured && chance.of(name, turn, 'unmeasured') < 0.4;
    return {
      what: lacks ? 'by chance, pods without a measurement' : 'by chance',
      seconds: 30,
      demand: lacks ? withoutSome(uneven, 1) : uneven,
    };
  });
}

/** What is provoked, all of it at the same time. */
export function plansBy(chance: Chance): readonly Plan[] {
  const marketing = { platform: 'marketing-agents', readySince: AGED } as const;
  const agentic = { platform: 'agentic-platform', namespace: 'agentic-platform', readySince: AGED } as const;
  return [
    {
      // As it goes on a cluster: what has just begun does not count yet.
      workload: workloadOf({ ...marketing, region: 'a', namespace: 'marketing-agents', readySince: 0 }),
      situations: [
        { what: 'steady, pods have just begun', seconds: 125, demand: steady },
        { what: 'steady', seconds: 20, demand: steady },
        { what: 'more cpu', seconds: 160, demand: worth({ cpu: 5, memory: 2.9, requests: 2.9 }) },
        { what: 'more requests', seconds: 60, demand: worth({ cpu: 5, memory: 5, requests: 8 }) },
      ],
    },
    {
      workload: workloadOf({ ...marketing, region: 'b', namespace: 'marketing-agents' }),
      situations: [
        { what: 'steady', seconds: 45, demand: steady },
        { what: 'more requests', seconds: 75, demand: worth({ cpu: 3, memory: 3, requests: 5.5 }) },
        { what: 'beyond maxReplicas', seconds: 60, demand: worth({ cpu: 21, memory: 5, requests: 5.5 }) },
        {
          what: 'no requests metric, more cpu',
          seconds: 75,
          demand: worth({ cpu: 14, memory: 5, requests: null }),
        },
        {
          what: 'no requests metric, little cpu',
          seconds: 45,
          demand: worth({ cpu: 2, memory: 3, requests: null }),
        },
        { what: 'load gone', seconds: 65, demand: idle },
      ],
    },
    {
      workload: workloadOf({
        ...marketing,
        region: 'a',
        namespace: 'short-window',
        behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      }),
      situations: [
        // Set anew between two decisions.
        { what: 'steady', seconds: 37, demand: steady },
        { what: 'minReplicas raised', seconds: 30, demand: steady, settings: { minReplicas: 4 } },
        { what: 'more cpu', seconds: 45, demand: worth({ cpu: 5.6, memory: 3, requests: 4 }) },
        {
          what: 'more cpu, pods without a measurement',
          seconds: 45,
          demand: withoutSome(worth({ cpu: 8, memory: 3, requests: 4 }), 2),
        },
        {
          what: 'more cpu, all measured again',
          seconds: 45,
          demand: worth({ cpu: 8, memory: 3, requests: 4 }),
        },
        {
          what: 'load gone, pods without a measurement',
          seconds: 45,
          demand: withoutSome(worth({ cpu: 3, memory: 3, requests: 2 }), 2),
        },
        { what: 'load gone', seconds: 85, demand: idle },
        { what: 'more requests', seconds: 43, demand: worth({ cpu: 1.5, memory: 1.5, requests: 6 }) },
      ],
    },
    {
      workload: workloadOf({ ...agentic, region: 'a' }),
      situations: byChance(chance, 'agentic-a', 22, false),
    },
    {
      workload: workloadOf({
        ...agentic,
        region: 'b',
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 30,
            policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }],
          },
          scaleDown: {
            stabilizationWindowSeconds: 30,
            policies: [{ type: 'Percent', value: 30, periodSeconds: 30 }],
          },
        },
      }),
      situations: byChance(chance, 'agentic-b', 20, true),
    },
    {
      workload: workloadOf({
        ...marketing,
        region: 'a',
        namespace: 'by-chance-a',
        behavior: { scaleDown: { stabilizationWindowSeconds: 30 } },
      }),
      situations: byChance(chance, 'marketing-a', 11, true),
    },
    {
      workload: workloadOf({
        ...marketing,
        region: 'b',
        namespace: 'by-chance-b',
        behavior: {
          scaleUp: { tolerance: '0' },
          scaleDown: { stabilizationWindowSeconds: 0, tolerance: '0.05' },
        },
      }),
      situations: byChance(chance, 'marketing-b', 10, false),
    },
  ];
}
