import type { LabRegion } from '../site.ts';

/** Address of one replica of a region, where a limit is one that each keeps for itself, or all of them together. */
export function oneReplica({ name, replicas }: LabRegion): string {
  const [first] = replicas;
  if (first === undefined) throw new Error(`region ${name} of the lab has no replica`);
  return first.url;
}
