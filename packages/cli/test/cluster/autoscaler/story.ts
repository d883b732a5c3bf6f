import { decisionsOf, type Decision } from '@ordeal/shared/judge/autoscaler/decisions';
import type { SampleSeen } from '@ordeal/shared/judge/autoscaler/watch';
import { systemClock } from '@ordeal/shared/time/system-clock';
import { MERGE } from '../../../../load/test/cluster/support/admin.ts';
import { pathOf, placedIn } from '../manifests/kustomization.ts';
import { seenIn, watchAutoscaler } from './watching.ts';
import type { World } from './world.ts';
import type { Workload } from './workload.ts';
import type { Plan } from './workloads.ts';

/** What was seen of one autoscaler, and when its situations began. */
export interface Story {
  readonly workload: Workload;
  readonly looks: readonly SampleSeen[];
  /** Looks that saw nothing. */
  readonly unseen: number;
  readonly begun: readonly { readonly what: string; readonly at: number }[];
  readonly decisions: readonly Decision[];
}

/** Name and namespace of its autoscaler. */
export function autoscalerOf({ namespace, autoscaler }: Workload): string {
  return `${namespace}/${autoscaler.metadata.name}`;
}

/** Provokes the situations one after another, and looks at the autoscaler meanwhile. */
export async function tell(world: World, { workload, situations }: Plan): Promise<Story> {
  const watching = watchAutoscaler(world.promised(workload));
  const begun: { what: string; at: number }[] = [];
  for (const { what, seconds, demand, settings } of situations) {
    begun.push({ what, at: systemClock.now() });
    workload.demand = demand;
    if (settings !== undefined) await setAnew(world, workload, settings);
    await systemClock.sleep(1000 * seconds);
  }
  await watching.stop();
  const looks = seenIn(watching.samples);
  return {
    workload,
    looks,
    unseen: watching.samples.length - looks.length,
    begun,
    decisions: decisionsOf(looks),
  };
}

/** What it was in when a decision was first seen. */
export function situationOf({ begun }: Story, { look }: Decision): string {
  return (begun.findLast(({ at }) => at <= look.at) ?? begun[0])?.what ?? '';
}

async function setAnew({ admin }: World, { namespace, autoscaler }: Workload, spec: object): Promise<void> {
  const placed = placedIn(namespace, autoscaler);
  await admin('PATCH', `${pathOf(placed)}/${placed.metadata.name}`, { spec }, MERGE);
}
